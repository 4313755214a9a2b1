import { sha256 } from '../../lambdas/core/crypto.ts';
import { clientAccessTokenClaims } from '../../lambdas/core/tokens/access-token.ts';
import { revokeHandler } from '../../lambdas/revoke/handler.ts';
import { newTestKey, signedJwt } from '../support/credentials/signing-key.ts';
import { basic, formPoster } from '../support/http/post-form.ts';
import { ISSUER, NOW, RESOURCE } from '../support/memory/records.ts';
import { startTokenEndpoint } from '../support/memory/token-endpoint.ts';

let server: ReturnType<typeof startTokenEndpoint>;
let revoke: ReturnType<typeof formPoster>;
beforeEach(() => {
  server = startTokenEndpoint();
  const { clients, grants, keyRings, revokedGrants, failures, clock, log } = server;
  const deps = { issuer: ISSUER, clients, grants, keyRings, revokedGrants, failures, now: () => clock.now, log };
  revoke = formPoster(revokeHandler(deps), '/revoke', log);
});

type SignedIn = Awaited<ReturnType<typeof server.signedIn>>;
const isAlive = async ({ client, refreshToken }: SignedIn): Promise<boolean> =>
  (await server.post(server.refresh(client, refreshToken))).status === 200;

describe('Revocation endpoint (RFC 7009)', () => {
  it.each([['refresh_token'], ['access_token'], ['unknown_type'], [undefined]])(
    '§2.1, #76: either token ends the grant, with the hint %s',
    async (hint) => {
      for (const kind of ['refreshToken', 'accessToken'] as const) {
        const session = await server.signedIn();
        const { clientId } = session.client;
        const answer = await revoke({ client_id: clientId, token: session[kind], token_type_hint: hint });
        expect(answer).toMatchObject({ status: 200, text: '{}', headers: { 'cache-control': 'no-store' } });
        expect(await isAlive(session)).toBe(false);
        expect(server.grants.rows.get(session.grantId)?.status).toBe('revoked');
      }
      expect(server.names().filter((name) => name === 'token_revoked')).toHaveLength(2);
    },
  );

  it('A24 (RFC 7009 §2.2): revoking a token that is no longer current changes nothing', async () => {
    const session = await server.signedIn();
    const { client, grantId } = session;
    const old = [session.refreshToken, session.accessToken];
    let newest = session.refreshToken;
    // All within one second, so that no time tells the tokens apart.
    for (let count = 0; count < 3; count += 1) {
      const { body } = await server.post(server.refresh(client, newest));
      for (const token of old) expect((await revoke({ client_id: client.clientId, token })).status).toBe(200);
      expect(server.grants.rows.get(grantId)?.status).toBe('redeemed');
      newest = String(body.refresh_token);
      old.push(newest, String(body.access_token));
    }
    expect(server.names()).not.toContain('token_revoked');
    expect(await isAlive({ ...session, refreshToken: newest })).toBe(true);
  });

  it.each(['refresh_token', 'access_token'])(
    'A24: revoking the current %s ends the grant, also after a repeated refresh, and twice is 200',
    async (kind) => {
      const { client, grantId, refreshToken } = await server.signedIn();
      await server.post(server.refresh(client, refreshToken));
      const { body } = await server.post(server.refresh(client, refreshToken));
      for (let count = 0; count < 2; count += 1) {
        expect((await revoke({ client_id: client.clientId, token: String(body[kind]) })).status).toBe(200);
        expect(server.grants.rows.get(grantId)?.status).toBe('revoked');
      }
    },
  );

  it('A24: an access token without a refresh token stays current', async () => {
    const { client, grantId, accessToken } = await server.signedIn({ grantTypes: ['authorization_code'] });
    expect((await revoke({ client_id: client.clientId, token: accessToken })).status).toBe(200);
    expect(server.grants.rows.get(grantId)?.status).toBe('revoked');
  });

  it('§2.1, #74: another client’s token is 200 without effect', async () => {
    const session = await server.signedIn();
    const { clientId } = await server.registered();
    for (const token of [session.refreshToken, session.accessToken]) {
      expect((await revoke({ client_id: clientId, token })).status).toBe(200);
    }
    expect(await isAlive(session)).toBe(true);
  });

  it('§2.2, #77: an unknown or malformed token is 200 without effect', async () => {
    const session = await server.signedIn();
    const [head = '', , generation = ''] = session.refreshToken.split('.');
    const claims = { client_id: session.client.clientId, grant_id: session.grantId };
    const tokens = [
      'garbage',
      session.code,
      `${head}.${'A'.repeat(43)}.${generation}`,
      `gh_rt_${'A'.repeat(22)}.${'A'.repeat(43)}.${'A'.repeat(43)}`,
      `${session.accessToken.slice(0, -6)}AAAAAA`,
      signedJwt(newTestKey(), claims),
      signedJwt(server.key, claims, { alg: 'RS256', typ: 'JWT', kid: server.key.publicJwk.kid }),
    ];
    for (const token of tokens) {
      const answer = await revoke({ client_id: session.client.clientId, token });
      expect(answer.status).toBe(200);
    }
    expect(await isAlive(session)).toBe(true);
  });

  it('an expired access token revokes nothing', async () => {
    const session = await server.signedIn();
    server.clock.now = NOW + 3600;
    expect((await revoke({ client_id: session.client.clientId, token: session.accessToken })).status).toBe(200);
    expect(await isAlive(session)).toBe(true);
  });

  it('#53: a confidential client needs its secret', async () => {
    const session = await server.signedIn();
    const { clientId } = session.client;
    server.clients.rows.set(clientId, {
      ...session.client,
      tokenEndpointAuthMethods: ['client_secret_post'],
      clientSecretHash: sha256('s'),
    });
    const fields = { client_id: clientId, token: session.refreshToken };
    expect(await revoke(fields)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(server.grants.rows.get(session.grantId)?.status).toBe('redeemed');
    expect((await revoke({ ...fields, client_secret: 's' })).status).toBe(200);
    expect(server.grants.rows.get(session.grantId)?.status).toBe('revoked');
  });

  it.each(['client_secret_post', 'client_secret_basic'] as const)(
    'A34: a client of %s may send its secret either way (RFC 7591 §2)',
    async (method) => {
      for (const sent of ['post', 'basic']) {
        const { client, grantId, refreshToken: token } = await server.signedIn();
        const { clientId } = client;
        const secret = { tokenEndpointAuthMethods: [method], clientSecretHash: sha256('s') };
        server.clients.rows.set(clientId, { ...client, ...secret });
        const by = (text: string) =>
          sent === 'post'
            ? revoke({ client_id: clientId, client_secret: text, token })
            : revoke({ token }, { authorization: basic(clientId, text) });
        expect((await by('wrong')).status).toBe(401);
        expect(server.grants.rows.get(grantId)?.status).toBe('redeemed');
        expect((await by('s')).status).toBe(200);
        expect(server.grants.rows.get(grantId)?.status).toBe('revoked');
      }
    },
  );

  it('§2.2.1: a client credentials token cannot be revoked, and only its client gets that error', async () => {
    const { clientId } = await server.registered({ source: 'configured', grantTypes: ['client_credentials'] });
    const subject = { clientId, resource: RESOURCE, scopes: ['mcp'] };
    const claims = clientAccessTokenClaims(subject, { issuer: ISSUER, lifetimeSeconds: 3600, now: NOW });
    const token = signedJwt(server.key, claims);
    expect(await revoke({ client_id: clientId, token })).toMatchObject({
      status: 400,
      body: { error: 'unsupported_token_type' },
    });
    const other = await server.registered();
    expect((await revoke({ client_id: other.clientId, token })).status).toBe(200);
  });

  it('#52: no client, or no token', async () => {
    expect(await revoke({ token: 'x' })).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const { clientId } = await server.registered();
    expect(await revoke({ client_id: clientId })).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it.each([
    ['clients', 'refreshToken'],
    ['grants', 'refreshToken'],
    ['grants', 'accessToken'],
    ['keyRings', 'accessToken'],
  ] as const)('#75: a fault of the %s store is 503 with Retry-After, never 200 (%s)', async (store, kind) => {
    const session = await server.signedIn();
    server[store].failing = true;
    const answer = await revoke({ client_id: session.client.clientId, token: session[kind] });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    server[store].failing = false;
    expect(await isAlive(session)).toBe(true);
  });
});
