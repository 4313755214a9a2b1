import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bodyOf, header, type MethodFixture, request } from '../template-fixture.ts';

import { ALLOW_ALL, AUTHORIZED, serve } from './serve.ts';

describe('HTTP_PROXY', () => {
  let seen: { message: IncomingMessage; body: string } | undefined;
  let respond: RequestListener;
  const backend = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    seen = { message, body: Buffer.concat(chunks).toString() };
    respond(message, response);
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((done) => backend.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    backend.closeAllConnections();
    await new Promise((done) => backend.close(done));
  });
  beforeEach(() => {
    seen = undefined;
    respond = (_message, response) => response.end('ok');
  });

  const proxy = (integration: Record<string, unknown> = {}, method = 'POST'): Record<string, MethodFixture> => ({
    [`${method} /mcp`]: {
      authorized: true,
      integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: method,
        Uri: `${url}/base`,
        RequestParameters: { 'integration.request.header.X-Gatehouse-Subject': 'context.authorizer.subject' },
        ...integration,
      },
    },
    [`${method} /mcp/{proxy+}`]: {
      authorized: true,
      properties: { RequestParameters: { 'method.request.path.proxy': true } },
      integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: 'ANY',
        Uri: `${url}/base/{proxy}`,
        RequestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
        ...integration,
      },
    },
  });
  const guard = (context: Record<string, unknown>) => ({ guard: () => ({ ...ALLOW_ALL, context }) });
  const FORGED = [...AUTHORIZED, ['x-gatehouse-subject', 'forged'], ['x-gatehouse-subject', 'twice']] as const;

  it('forwards the request unchanged, with its path and query as they were sent', async () => {
    const { api } = serve(proxy(), guard({}));
    await api(
      request('POST', '/prod/mcp/a%2Fb/%C3%A4?x=%20&y', { headers: [...AUTHORIZED, ['Mcp-Method', 'a']], body: '{ }' }),
    );
    expect(seen?.message.url).toBe('/base/a%2Fb/%C3%A4?x=%20&y');
    expect(seen?.message.method).toBe('POST');
    expect(seen?.body).toBe('{ }');
    expect(seen?.message.headers).toMatchObject({
      authorization: 'Bearer x',
      'mcp-method': 'a',
      host: new URL(url).host,
      'content-length': '3',
    });
  });

  it('overwrites every occurrence of a header that a mapping names', async () => {
    const { api } = serve(proxy(), guard({ subject: 'alice' }));
    await api(request('POST', '/prod/mcp', { headers: FORGED }));
    expect(seen?.message.headersDistinct['x-gatehouse-subject']).toEqual(['alice']);
  });

  it('worst case: without a context value the caller’s own header remains', async () => {
    const { api } = serve(proxy(), guard({}));
    await api(request('POST', '/prod/mcp', { headers: FORGED }));
    expect(seen?.message.headersDistinct['x-gatehouse-subject']).toEqual(['forged', 'twice']);
  });

  it('returns status, headers and body, with the headers that the gateway renames', async () => {
    respond = (_message, response) =>
      response.writeHead(404, { 'WWW-Authenticate': 'Bearer', Server: 's', 'Mcp-Session-Id': 'm' }).end('{"a":1}');
    const { api } = serve(proxy(), guard({}));
    const response = await api(request('POST', '/prod/mcp', { headers: AUTHORIZED }));
    expect(response.status).toBe(404);
    expect(header(response, 'www-authenticate')).toBeUndefined();
    expect(header(response, 'x-amzn-remapped-www-authenticate')).toBe('Bearer');
    expect(header(response, 'x-amzn-remapped-server')).toBe('s');
    expect(header(response, 'mcp-session-id')).toBe('m');
    expect(await bodyOf(response)).toBe('{"a":1}');
  });

  it('follows no redirect', async () => {
    respond = (_message, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    const { api } = serve(proxy(), guard({}));
    expect((await api(request('POST', '/prod/mcp', { headers: AUTHORIZED }))).status).toBe(302);
  });

  it('streams', async () => {
    const { promise: rest, resolve: finish } = Promise.withResolvers<void>();
    respond = (_message, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('first');
      void rest.then(() => response.end('last'));
    };
    const { api } = serve(proxy({ ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 }), guard({}));
    const response = await api(request('POST', '/prod/mcp', { headers: AUTHORIZED }));
    const iterator = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    expect(Buffer.from((await iterator.next()).value).toString()).toBe('first');
    finish();
    expect(Buffer.from((await iterator.next()).value).toString()).toBe('last');
  });

  it('ends the upstream request when the client disconnects', async () => {
    const { promise: closed, resolve: onClose } = Promise.withResolvers<void>();
    respond = (_message, response) => {
      response.on('close', onClose);
      response.write('first');
    };
    const gone = new AbortController();
    const { api } = serve(proxy({ ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 }), guard({}));
    const response = await api(request('POST', '/prod/mcp', { headers: AUTHORIZED, signal: gone.signal }));
    expect(response.status).toBe(200);
    gone.abort();
    await closed;
  });

  it('answers 504 with INTEGRATION_FAILURE for a backend that is down, INTEGRATION_TIMEOUT for a silent one', async () => {
    const { api: down } = serve(proxy({ Uri: 'http://127.0.0.1:1/' }), guard({}));
    expect((await down(request('POST', '/prod/mcp', { headers: AUTHORIZED }))).reason).toMatch(/^INTEGRATION_FAILURE/);
    respond = () => {};
    const { api: silent } = serve(proxy({ TimeoutInMillis: 50 }), guard({}));
    const response = await silent(request('POST', '/prod/mcp', { headers: AUTHORIZED }));
    expect([response.status, response.reason]).toEqual([504, 'INTEGRATION_TIMEOUT']);
  });
});
