import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';

let server: ReturnType<typeof startTokenEndpoint>;
beforeEach(() => {
  server = startTokenEndpoint();
});

describe('Token endpoint, malformed requests (RFC 6749 §3.2)', () => {
  it.each([
    ['#58 JSON', '{"grant_type":"authorization_code"}', { 'content-type': 'application/json' }],
    ['#58 two types', 'a=b', { 'content-type': 'application/json, application/x-www-form-urlencoded' }],
    ['#58 none', 'a=b', { 'content-type': '' }],
    ['#23 a repeated parameter', 'grant_type=refresh_token&code=a&code=b', {}],
    ['#61 bytes that are not UTF-8', 'grant_type=refresh_token&refresh_token=%ff', {}],
    ['#61 broken encoding', 'grant_type=%', {}],
    ['nothing', '', {}],
  ])('%s is invalid_request', async (_name, body, headers) => {
    const answer = await server.post(body, headers);
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('#60: a body of 1 MB is refused at once', async () => {
    expect((await server.post(`grant_type=${'a'.repeat(1_000_000)}`)).status).toBe(413);
  });
});
