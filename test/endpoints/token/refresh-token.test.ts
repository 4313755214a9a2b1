import fc from 'fast-check';
import { newSecret, sha256 } from '../../../lambdas/core/crypto.ts';
import { verifyAccessToken } from '../../../lambdas/core/tokens/access-token.ts';
import { ISSUER, NOW, REFRESH_LIFETIMES, RESOURCE } from '../../support/memory/records.ts';
import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';

let server: ReturnType<typeof startTokenEndpoint>;
beforeEach(() => {
  server = startTokenEndpoint();
});

type Client = Awaited<ReturnType<typeof server.registered>>;
const refreshed = async (client: Client, token: unknown): Promise<string> => {
  const answer = await server.post(server.refresh(client, token));
  expect(answer.status).toBe(200);
  return String(answer.body.refresh_token);
};
const expectRefused = async (client: Client, token: unknown, error = 'invalid_grant') => {
  expect(await server.post(server.refresh(client, token))).toMatchObject({ status: 400, body: { error } });
};

describe('Token endpoint, refresh_token (RFC 6749 §6)', () => {
  it('returns new tokens and the whole scope, with no-store', async () => {
    const { client, refreshToken, grantId } = await server.signedIn();
    server.clock.now += 100;
    const answer = await server.post(server.refresh(client, refreshToken));
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: { token_type: 'Bearer', expires_in: 3600, scope: 'mcp email' },
    });
    expect(answer.body.refresh_token).not.toBe(refreshToken);
    const expected = { issuer: ISSUER, audience: RESOURCE, now: server.clock.now };
    const claims = await verifyAccessToken(
      String(answer.body.access_token),
      async () => server.key.publicJwk,
      expected,
    );
    expect(claims).toMatchObject({ iat: NOW + 100, exp: NOW + 3700, grant_id: grantId });
    expect(server.names().at(-1)).toBe('token_refreshed');
  });

  it('design §6: one round trip of reads, one Sign, one write; a repeated request writes nothing', async () => {
    const { client, refreshToken } = await server.signedIn();
    const count = () => [server.clients.reads, server.grants.reads, server.grants.writes, server.signer.calls];
    const before = count();
    await refreshed(client, refreshToken);
    expect(count().map((value, index) => value - (before[index] ?? 0))).toEqual([1, 1, 1, 1]);
    await refreshed(client, refreshToken);
    expect(count().map((value, index) => value - (before[index] ?? 0))).toEqual([2, 2, 1, 2]);
  });

  it('#79: 20 parallel refreshes get the same successor, in 20 rounds, and one lineage lives', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { client, refreshToken } = await server.signedIn();
      const crowd = Array.from({ length: 20 }, () => refreshed(client, refreshToken));
      const successors = new Set(await Promise.all(crowd));
      expect(successors.size).toBe(1);
      await refreshed(client, [...successors][0]);
    }
    expect(server.names()).not.toContain('refresh_reuse_detected');
  });

  it('#81: a client that lost the response and repeats the request gets the same successor', async () => {
    const { client, refreshToken } = await server.signedIn();
    const successor = await refreshed(client, refreshToken);
    server.clock.now += 59;
    expect(await refreshed(client, refreshToken)).toBe(successor);
    await refreshed(client, successor);
    expect(server.names()).not.toContain('refresh_reuse_detected');
  });

  it('#78, #82: the predecessor after the grace time revokes the grant', async () => {
    const { client, refreshToken } = await server.signedIn();
    const successor = await refreshed(client, refreshToken);
    server.clock.now += 60;
    await expectRefused(client, refreshToken);
    await expectRefused(client, successor);
    expect(server.names().filter((name) => name === 'refresh_reuse_detected')).toHaveLength(1);
  });

  it('#80: an older generation revokes the grant, even within the grace time', async () => {
    const { client, refreshToken } = await server.signedIn();
    const current = await refreshed(client, await refreshed(client, refreshToken));
    await expectRefused(client, refreshToken);
    await expectRefused(client, current);
  });

  it('#41: a malformed refresh token does not revoke the grant', async () => {
    const { client, refreshToken } = await server.signedIn();
    const [head = '', family = '', generation = ''] = refreshToken.split('.');
    const garbage = [
      `${head}.${newSecret()}.${generation}`,
      `${head}.${newSecret()}.${newSecret()}`,
      `gh_rt_${'A'.repeat(22)}.${family}.${generation}`,
      `${head}.${family}`,
      head,
      `${refreshToken}x`,
      ` ${refreshToken}`,
      'garbage',
    ];
    for (const token of garbage) await expectRefused(client, token);
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), (token) => expectRefused(client, token)),
      { numRuns: 50 },
    );
    await refreshed(client, refreshToken);
  });

  it('#52: another client, or none, is refused, and the grant stays', async () => {
    const { client, refreshToken } = await server.signedIn();
    await expectRefused(await server.registered(), refreshToken);
    const { client_id: _, ...anonymous } = server.refresh(client, refreshToken);
    expect(await server.post(anonymous)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    await refreshed(client, refreshToken);
  });

  it('#52, #53: a confidential client needs its secret', async () => {
    const credentials = { tokenEndpointAuthMethods: ['client_secret_post'] as const, clientSecretHash: sha256('s') };
    const client = await server.registered(credentials);
    const { code } = await server.issueCode(client);
    const { body } = await server.post({ ...server.redemption(client, code), client_secret: 's' });
    const request = server.refresh(client, body.refresh_token);
    expect((await server.post(request)).status).toBe(401);
    expect((await server.post({ ...request, client_secret: 'wrong' })).status).toBe(401);
    expect((await server.post({ ...request, client_secret: 's' })).status).toBe(200);
  });

  it('a client with several methods may not refresh with a weaker one than it redeemed with', async () => {
    const tokenEndpointAuthMethods = ['none', 'client_secret_post'] as const;
    const client = await server.registered({ tokenEndpointAuthMethods, clientSecretHash: sha256('s') });
    const { code } = await server.issueCode(client);
    const { body } = await server.post({ ...server.redemption(client, code), client_secret: 's' });
    const request = server.refresh(client, body.refresh_token);
    expect(await server.post(request)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect((await server.post({ ...request, client_secret: 's' })).status).toBe(200);
  });

  it('a deleted client is 401 invalid_client, so that it registers again', async () => {
    const { client, refreshToken } = await server.signedIn();
    await server.clients.deleteClient(client.clientId);
    expect(await server.post(server.refresh(client, refreshToken))).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
  });

  it.each([
    ['#68 a wider scope', { scope: 'mcp profile' }, 'invalid_scope'],
    ['#68 a known scope that was not granted', { scope: 'profile' }, 'invalid_scope'],
    ['#68 a scope that implies the granted one', { scope: 'mcp:write' }, 'invalid_scope'],
    ['#70 another resource', { resource: `${ISSUER}/other` }, 'invalid_target'],
  ])('%s is refused and consumes nothing', async (_name, change, error) => {
    const { client, refreshToken, grantId } = await server.signedIn();
    const before = server.grants.rows.get(grantId);
    const answer = await server.post({ ...server.refresh(client, refreshToken), ...change });
    expect(answer).toMatchObject({ status: 400, body: { error } });
    expect(server.grants.rows.get(grantId)).toBe(before);
    await refreshed(client, refreshToken);
  });

  it('A35 (RFC 8707 §2): with the bare origin as resource, the token is for the sole server; with several it is refused', async () => {
    const client = await server.registered();
    const { code } = await server.issueCode(client);
    const redeemed = await server.post({ ...server.redemption(client, code), resource: ISSUER });
    const again = await server.post({ ...server.refresh(client, redeemed.body.refresh_token), resource: `${ISSUER}/` });
    for (const { body } of [redeemed, again]) {
      const expected = { issuer: ISSUER, audience: RESOURCE, now: NOW };
      expect(
        await verifyAccessToken(String(body.access_token), async () => server.key.publicJwk, expected),
      ).toMatchObject({ aud: RESOURCE });
    }

    const several = startTokenEndpoint({ resources: [RESOURCE, `${ISSUER}/other`] });
    const login = await several.signedIn();
    expect(
      await several.post({ ...several.refresh(login.client, login.refreshToken), resource: ISSUER }),
    ).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
  });

  it('#68, §6: a narrower scope narrows the access token, and the successor keeps the whole', async () => {
    const { client, refreshToken } = await server.signedIn({}, { scopes: ['mcp:write', 'email'] });
    const narrow = await server.post({ ...server.refresh(client, refreshToken), scope: 'mcp' });
    expect(narrow).toMatchObject({ status: 200, body: { scope: 'mcp' } });
    const next = await server.post(server.refresh(client, narrow.body.refresh_token));
    expect(next.body.scope).toBe('mcp:write email');
  });

  it('openid and offline_access are ignored', async () => {
    const { client, refreshToken } = await server.signedIn();
    const scope = 'openid mcp offline_access';
    const answer = await server.post({ ...server.refresh(client, refreshToken), scope });
    expect(answer).toMatchObject({ status: 200, body: { scope: 'mcp' } });
  });

  it('RFC 8707 §2.2: accepts the granted resource, in any equivalent form', async () => {
    const { client, refreshToken } = await server.signedIn();
    for (const resource of [RESOURCE, `${RESOURCE}/`, RESOURCE.replace('gate', 'GATE')]) {
      expect((await server.post({ ...server.refresh(client, refreshToken), resource })).status).toBe(200);
    }
  });

  it('#83, #84: every rotation moves the idle expiry, and none the absolute expiry', async () => {
    const { idleSeconds, absoluteSeconds } = REFRESH_LIFETIMES;
    const lasting = { expiresAt: NOW + 400 * 86_400 };
    const { client, refreshToken } = await server.signedIn(lasting);
    let token = refreshToken;
    for (const day of [29, 58, 87]) {
      server.clock.now = NOW + day * 86_400;
      token = await refreshed(client, token);
    }
    server.clock.now = NOW + absoluteSeconds;
    await expectRefused(client, token);

    const idle = await server.signedIn(lasting);
    server.clock.now += idleSeconds;
    await expectRefused(idle.client, idle.refreshToken);
  });

  it('a client without the refresh_token grant type is unauthorized_client', async () => {
    const { client, refreshToken } = await server.signedIn();
    server.clients.rows.set(client.clientId, { ...client, grantTypes: ['authorization_code'] });
    await expectRefused(client, refreshToken, 'unauthorized_client');
  });
});
