import { sha256 } from '../../../../lambdas/core/crypto.ts';
import { clientAccessTokenClaims } from '../../../../lambdas/core/tokens/access-token.ts';
import { newUpstreamState } from '../../../../lambdas/core/upstream/session.ts';
import { signedJwt } from '../../../support/credentials/signing-key.ts';
import { ISSUER, NOW, RESOURCE } from '../../../support/memory/records.ts';
import { ACCESS_TOKEN, ADA, called, TOKEN_EXCHANGE } from './fixture.ts';

describe('Token endpoint, token exchange (RFC 8693)', () => {
  it('§2.2.1: returns the caller’s upstream access token, its type and lifetime, with no-store', async () => {
    const { exchange, server, provider, session } = await called();
    const answer = await exchange();
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(answer.body).toEqual({
      access_token: 'upstream-access-0',
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: 3600,
    });
    expect(provider.seen).toEqual([]);
    const { grantId } = session;
    expect(server.events.at(-1)).toMatchObject({
      event: 'token_exchanged',
      fields: { clientId: 'resource-mcp', grantId },
    });
  });

  it('without expires_in if the provider gave none', async () => {
    const { exchange, provider, vault, row, server } = await called();
    provider.accessTokenSeconds = undefined;
    const tokens = await vault.seal(row().grantId, provider.tokens());
    server.grants.rows.set(row().grantId, {
      ...row(),
      upstream: newUpstreamState(tokens, { canBeRefreshed: true }, NOW),
    });
    expect((await exchange()).body).not.toHaveProperty('expires_in');
  });

  it.each([
    { requested_token_type: ACCESS_TOKEN },
    { audience: ADA.issuer },
    { audience: ADA.identityProviderId },
    { resource: ADA.issuer },
  ])('§2.1: accepts %j', async (change) => {
    expect((await (await called()).exchange(change)).status).toBe(200);
  });

  it.each([
    [{ subject_token: undefined }, 'invalid_request'],
    [{ subject_token_type: undefined }, 'invalid_request'],
    [{ subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }, 'invalid_request'],
    [{ requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, 'invalid_request'],
    [{ actor_token: 'x', actor_token_type: ACCESS_TOKEN }, 'invalid_request'],
    [{ scope: 'mcp' }, 'invalid_scope'],
    [{ audience: 'https://elsewhere.example' }, 'invalid_target'],
    [{ resource: RESOURCE }, 'invalid_target'],
    [{ subject_token: 'garbage' }, 'invalid_request'],
    [{ subject_token: `gh_rt_${'A'.repeat(22)}.${'B'.repeat(43)}.${'C'.repeat(43)}` }, 'invalid_request'],
  ] as const)('§2.2.2: %j is %s', async (change, error) => {
    expect(await (await called()).exchange(change)).toMatchObject({ status: 400, body: { error } });
  });

  it('refuses tokens of another server, another issuer or a machine client, and expired ones', async () => {
    const { server, exchange, session } = await called();
    const claims = JSON.parse(Buffer.from(session.accessToken.split('.')[1] ?? '', 'base64url').toString());
    const machine = clientAccessTokenClaims(
      { clientId: 'machine', resource: RESOURCE, scopes: ['mcp'] },
      { issuer: ISSUER, lifetimeSeconds: 3600, now: NOW },
    );
    for (const wrong of [
      { ...claims, aud: `${ISSUER}/other` },
      { ...claims, iss: 'https://evil.example' },
      { ...claims, exp: NOW },
      { ...claims, grant_id: 'A'.repeat(22) },
      machine,
    ]) {
      const answer = await exchange({ subject_token: signedJwt(server.key, wrong) });
      expect(answer.body).toMatchObject({
        error: 'invalid_request',
        error_description: 'The subject_token is not a live access token for this server.',
      });
    }
    expect((await exchange()).status).toBe(200);
  });

  it('#230 refuses tokens that were revoked, or that a not-before mark voids', async () => {
    const { server, exchange, session } = await called();
    const ring = server.keyRings.ring;
    if (ring) server.keyRings.ring = { ...ring, notBefore: { clients: {}, subjects: { 'subject-of-ada': NOW + 1 } } };
    expect((await exchange()).body.error).toBe('invalid_request');
    server.keyRings.ring = ring;
    await server.grants.revokeGrant(session.grantId);
    expect((await exchange()).body.error).toBe('invalid_request');
  });

  it('is for a server’s own resource client: every other client is refused', async () => {
    const { server, exchange } = await called();
    const credentials = {
      tokenEndpointAuthMethods: ['client_secret_basic'] as const,
      clientSecretHash: sha256('secret'),
      grantTypes: [TOKEN_EXCHANGE] as const,
    };
    const registered = await server.registered({ ...credentials, resourceServerPath: '/mcp' });
    const configured = await server.registered({ ...credentials, source: 'configured' });
    const other = await server.registered({ ...credentials, source: 'configured', resourceServerPath: '/other' });
    const plain = await server.registered({ ...credentials, grantTypes: ['authorization_code'] });
    const errorOf = async (clientId: string) => (await exchange({}, clientId)).body.error;
    expect(await errorOf(registered.clientId)).toBe('unauthorized_client');
    expect(await errorOf(configured.clientId)).toBe('unauthorized_client');
    expect(await errorOf(plain.clientId)).toBe('unauthorized_client');
    expect(await errorOf(other.clientId)).toBe('invalid_request');
  });

  it('#149 returns no token, and asks no provider, if the provider’s id now means another issuer', async () => {
    const { exchange, provider, server } = await called({ issuer: 'https://other.example' });
    server.clock.now += 3599;
    expect(await exchange()).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    expect(provider.seen).toEqual([]);
  });

  it('says that tokens are not kept, or were not kept at the time of the login', async () => {
    const { exchange } = await called({ keepTokens: false, recheck: true });
    expect(await exchange()).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    const later = await called();
    const { upstream: _, ...rest } = later.row();
    later.server.grants.rows.set(rest.grantId, rest);
    expect((await later.exchange()).body).toMatchObject({
      error: 'invalid_target',
      error_description: expect.stringContaining('log in again'),
    });
  });
});
