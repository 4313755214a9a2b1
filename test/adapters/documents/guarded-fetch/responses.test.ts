import { get, JSON_TYPE, serve } from './fixture.ts';

describe('responses (draft-ietf-oauth-client-id-metadata-document-01 §4, #192, #194)', () => {
  it('sends a GET for uncompressed JSON, and no other header', async () => {
    let asked: unknown;
    const host = await serve((request, response) => {
      asked = { method: request.method, url: request.url, headers: request.headers };
      response.writeHead(200, { ...JSON_TYPE, 'cache-control': 'max-age=60', age: '5' }).end('{"a":"ä"}');
    });
    expect(await get(host, {}, '/client.json?v=2')).toMatchObject({
      ok: true,
      text: '{"a":"ä"}',
      headers: { cacheControl: 'max-age=60', age: '5', date: expect.any(String) },
    });
    expect(asked).toEqual({
      method: 'GET',
      url: '/client.json?v=2',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'gatehouse',
        host: `127.0.0.1:${host.port}`,
        connection: 'close',
      },
    });
  });

  it.each([
    [201, 'authoritative', 'status'],
    [202, 'authoritative', 'status'],
    [204, 'authoritative', 'status'],
    [206, 'authoritative', 'status'],
    [301, 'authoritative', 'redirect'],
    [302, 'authoritative', 'redirect'],
    [304, 'authoritative', 'redirect'],
    [308, 'authoritative', 'redirect'],
    [400, 'authoritative', 'status'],
    [401, 'authoritative', 'status'],
    [404, 'authoritative', 'gone'],
    [410, 'authoritative', 'gone'],
    [403, 'unreachable', 'busy_or_barred'],
    [429, 'unreachable', 'busy_or_barred'],
    [500, 'unreachable', 'busy_or_barred'],
    [503, 'unreachable', 'busy_or_barred'],
  ])('%i is %s: %s', async (status, kind, reason) => {
    const host = await serve((_request, response) => response.writeHead(status, JSON_TYPE).end('{}'));
    expect(await get(host)).toEqual({ ok: false, kind, reason, detail: `status ${status}` });
  });

  it('#188: a redirect is not followed', async () => {
    const canary = await serve((_request, response) => response.writeHead(200, JSON_TYPE).end('{}'));
    const host = await serve((_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${canary.port}/latest/meta-data/` }).end(),
    );
    expect(await get(host)).toMatchObject({ ok: false, reason: 'redirect' });
    expect(canary.connections()).toBe(0);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/cimd+json',
    'application/jwk-set+json',
    'application/x+json',
  ])('accepts %s', async (type) => {
    const host = await serve((_request, response) => response.writeHead(200, { 'content-type': type }).end('{}'));
    expect(await get(host)).toMatchObject({ ok: true });
  });

  it.each([
    'text/html',
    'text/json',
    'text/plain',
    'application/jsonp',
    'application/x-json',
    'application/+json',
    'application/javascript',
    'text/html, application/json',
    '',
  ])('refuses %j', async (type) => {
    const host = await serve((_request, response) =>
      response.writeHead(200, type ? { 'content-type': type } : {}).end('{}'),
    );
    expect(await get(host)).toMatchObject({ ok: false, kind: 'authoritative', reason: 'content_type' });
  });

  it('refuses text that is not UTF-8', async () => {
    const host = await serve((_request, response) =>
      response.writeHead(200, JSON_TYPE).end(Buffer.from([0x22, 0xff, 0x22])),
    );
    expect(await get(host)).toMatchObject({ ok: false, kind: 'authoritative', reason: 'not_utf8' });
  });
});
