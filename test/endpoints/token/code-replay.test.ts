import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';

let server: ReturnType<typeof startTokenEndpoint>;
beforeEach(() => {
  server = startTokenEndpoint();
});

describe('A code that comes again (RFC 6749 §4.1.2)', () => {
  it.each([0, 1, 9])('A4: the code again %i s after its redemption: refused, and nothing is revoked', async (later) => {
    const { client, code, refreshToken } = await server.signedIn();
    server.clock.now += later;
    expect(await server.post(server.redemption(client, code))).toMatchObject({ body: { error: 'invalid_grant' } });
    expect(server.names()).not.toContain('code_replayed');
    expect((await server.post(server.refresh(client, refreshToken))).status).toBe(200);
  });

  it('#39: the code again ten seconds later: refused, and the first tokens are revoked', async () => {
    const { client, code, refreshToken } = await server.signedIn();
    server.clock.now += 10;
    expect(await server.post(server.redemption(client, code))).toMatchObject({ body: { error: 'invalid_grant' } });
    expect(server.names()).toContain('code_replayed');
    expect(await server.post(server.refresh(client, refreshToken))).toMatchObject({ body: { error: 'invalid_grant' } });
  });

  it.each([
    ['wrong verifier', { code_verifier: 'x'.repeat(43) }],
    ['no verifier', { code_verifier: undefined }],
    ['other redirect_uri', { redirect_uri: 'https://evil.test/' }],
    ['other resource', { resource: 'https://evil.test/' }],
  ])('#41: a replay that is otherwise invalid revokes nothing: %s', async (_name, change) => {
    const { client, code, refreshToken } = await server.signedIn();
    expect((await server.post({ ...server.redemption(client, code), ...change })).status).toBe(400);
    expect((await server.post(server.refresh(client, refreshToken))).status).toBe(200);
  });

  it('#41: a replay by another client revokes nothing', async () => {
    const { client, code, refreshToken } = await server.signedIn();
    const other = await server.registered();
    expect((await server.post(server.redemption(other, code))).status).toBe(400);
    expect((await server.post(server.refresh(client, refreshToken))).status).toBe(200);
  });

  it('#39: a replay after the code’s lifetime revokes the grant too', async () => {
    const { client, code, refreshToken } = await server.signedIn();
    server.clock.now += 61;
    expect((await server.post(server.redemption(client, code))).status).toBe(400);
    expect((await server.post(server.refresh(client, refreshToken))).status).toBe(400);
  });
});
