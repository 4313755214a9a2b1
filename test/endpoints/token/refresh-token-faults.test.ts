import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
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

describe('Token endpoint, refresh_token: faults and lost races', () => {
  it.each(['clients', 'grants', 'keyRings'] as const)('#67: a fault of the %s store is 503', async (store) => {
    const { client, refreshToken } = await server.signedIn();
    server[store].failing = true;
    const answer = await server.post(server.refresh(client, refreshToken));
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    server[store].failing = false;
    await refreshed(client, refreshToken);
  });

  it('#67, #220: a KMS fault is 503 and rotates nothing', async () => {
    const { client, refreshToken, grantId } = await server.signedIn();
    const before = server.grants.rows.get(grantId);
    server.signer.fault = new UnavailableError('KMS');
    expect((await server.post(server.refresh(client, refreshToken))).status).toBe(503);
    expect(server.grants.rows.get(grantId)).toBe(before);
    server.signer.fault = undefined;
    await refreshed(client, refreshToken);
  });

  it('a fault while revoking after reuse is 503; the next presentation revokes', async () => {
    const { client, refreshToken } = await server.signedIn();
    const current = await refreshed(client, refreshToken);
    server.clock.now += 61;
    const revoke = server.grants.revokeGrant;
    server.grants.revokeGrant = () => Promise.reject(new UnavailableError('DynamoDB'));
    expect((await server.post(server.refresh(client, refreshToken))).status).toBe(503);
    server.grants.revokeGrant = revoke;
    await expectRefused(client, refreshToken);
    await expectRefused(client, current);
  });

  it('a lost race against two rotations is refused, and revokes nothing', async () => {
    const { client, refreshToken, grantId } = await server.signedIn();
    const rotate = server.grants.rotateRefreshToken.bind(server.grants);
    let current = '';
    server.grants.rotateRefreshToken = async (...parameters) => {
      // Between this request's load and its commit, others refresh twice.
      server.grants.rotateRefreshToken = rotate;
      current = await refreshed(client, await refreshed(client, refreshToken));
      return rotate(...parameters);
    };
    await expectRefused(client, refreshToken);
    expect(server.grants.rows.get(grantId)?.status).toBe('redeemed');
    await refreshed(client, current);
  });

  it('a lost race against a revocation is refused', async () => {
    const { client, refreshToken, grantId } = await server.signedIn();
    const rotate = server.grants.rotateRefreshToken.bind(server.grants);
    server.grants.rotateRefreshToken = async (...parameters) => {
      await server.grants.revokeGrant(grantId);
      return rotate(...parameters);
    };
    await expectRefused(client, refreshToken);
  });
});
