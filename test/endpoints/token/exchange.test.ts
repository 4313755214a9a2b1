import { sha256 } from '../../../lambdas/core/crypto.ts';
import { clientAccessTokenClaims } from '../../../lambdas/core/tokens/access-token.ts';
import type { UpstreamIdentity } from '../../../lambdas/core/upstream/identity.ts';
import { newUpstreamState } from '../../../lambdas/core/upstream/session.ts';
import type { UpstreamIdp } from '../../../lambdas/runtime/ports/index.ts';
import { signedJwt } from '../../support/credentials/signing-key.ts';
import { basic } from '../../support/http/post-form.ts';
import { MemoryTokenVault } from '../../support/memory/memory-vault.ts';
import { ISSUER, NOW, RESOURCE, testGrant } from '../../support/memory/records.ts';
import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';
import { OneTimeProvider } from '../../support/providers/one-time-provider.ts';

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const ADA: UpstreamIdentity = testGrant().identity;
const LEASE_SECONDS = 30;

/** A caller whose provider's tokens are kept, and the resource client of the server that was called. */
const called = async ({ recheck = false, keepTokens = true, canBeRefreshed = true, issuer = ADA.issuer } = {}) => {
  const vault = new MemoryTokenVault();
  const provider = new OneTimeProvider(ADA, () => server.clock.now);
  const idp = provider as unknown as UpstreamIdp;
  const waits: number[] = [];
  const server = startTokenEndpoint({
    tokenVault: vault,
    keptProviders: new Map([
      ['company', { id: 'company', kind: 'oidc', issuer, displayName: 'Company', idp, recheck, keepTokens }],
    ]),
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
  const resourceClient = await server.registered({
    clientId: 'resource-mcp',
    source: 'configured',
    grantTypes: [TOKEN_EXCHANGE],
    tokenEndpointAuthMethods: ['client_secret_basic'],
    clientSecretHash: sha256('secret'),
    resourceServerPath: '/mcp',
  });
  const session = await server.signedIn();
  const { grantId, accessToken } = session;
  const row = () => {
    const found = server.grants.rows.get(grantId);
    if (!found) throw new Error('the grant is gone');
    return found;
  };
  const tokens = await vault.seal(grantId, provider.tokens());
  server.grants.rows.set(grantId, { ...row(), upstream: newUpstreamState(tokens, { canBeRefreshed }, NOW) });
  const exchange = (change: Readonly<Record<string, string | undefined>> = {}, clientId = resourceClient.clientId) =>
    server.post(
      {
        grant_type: TOKEN_EXCHANGE,
        subject_token: accessToken,
        subject_token_type: ACCESS_TOKEN,
        ...change,
      },
      { authorization: basic(clientId, 'secret') },
    );
  return { server, vault, provider, session, row, exchange, waits };
};

describe('Token endpoint, token exchange (RFC 8693)', () => {
  it('§2.2.1: the caller’s upstream access token, its type and its time, never to be stored', async () => {
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

  it('without a time where the provider gave none', async () => {
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
  ])('§2.1: takes %j', async (change) => {
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

  it('takes no token of another server, another issuer, or of a machine, and none that has ended', async () => {
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

  it('#230 takes none that was revoked, or that a not-before mark made void', async () => {
    const { server, exchange, session } = await called();
    const ring = server.keyRings.ring;
    if (ring) server.keyRings.ring = { ...ring, notBefore: { clients: {}, subjects: { 'subject-of-ada': NOW + 1 } } };
    expect((await exchange()).body.error).toBe('invalid_request');
    server.keyRings.ring = ring;
    await server.grants.revokeGrant(session.grantId);
    expect((await exchange()).body.error).toBe('invalid_request');
  });

  it('is for a server’s own resource client: nobody else gets anything, whatever they registered', async () => {
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

  it('#149 hands out nothing, and asks nobody, where the provider’s id means another issuer by now', async () => {
    const { exchange, provider, server } = await called({ issuer: 'https://other.example' });
    server.clock.now += 3599;
    expect(await exchange()).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    expect(provider.seen).toEqual([]);
  });

  it('says so where the provider’s tokens are not kept, or were not when the person logged in', async () => {
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

describe('An upstream token that ends (RFC 8693)', () => {
  const ended = async (options = {}) => {
    const all = await called(options);
    const { vault, row, provider, server } = all;
    provider.accessTokenSeconds = 0;
    const state = newUpstreamState(
      await vault.seal(row().grantId, provider.tokens()),
      { canBeRefreshed: true, ...options },
      NOW,
    );
    server.grants.rows.set(row().grantId, { ...row(), upstream: state });
    provider.accessTokenSeconds = 3600;
    return all;
  };

  it('is refreshed, once, however many ask at the same time: 20 rounds', async () => {
    const { server, provider, exchange } = await ended();
    provider.accessTokenSeconds = 100;
    for (let round = 1; round <= 20; round += 1) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => exchange()));
      const expected = `200 upstream-access-${round}`;
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.access_token}`))).toEqual(new Set([expected]));
      expect(provider.seen).toHaveLength(round);
      server.clock.now += 100;
    }
    expect(new Set(provider.seen).size).toBe(20);
  });

  it('shortly before its end one gets the next, and all others what still works', async () => {
    const { server, provider, exchange, waits } = await called();
    server.clock.now += 3599;
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange()));
    expect(new Set(answers.map(({ body }) => body.access_token))).toEqual(
      new Set(['upstream-access-0', 'upstream-access-1']),
    );
    expect([provider.seen.length, waits.length]).toEqual([1, 0]);
  });

  it('nobody waits for ever: 503, and the next attempt succeeds', async () => {
    const { provider, exchange, waits } = await ended();
    const [reached, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    provider.beforeAnswer = () => {
      reached.resolve();
      return answered.promise;
    };
    const asking = exchange();
    await reached.promise;
    expect(await exchange()).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    expect(waits).toEqual(Array.from({ length: 16 }, () => 250));
    answered.resolve();
    expect((await asking).body.access_token).toBe('upstream-access-1');
    expect((await exchange()).body.access_token).toBe('upstream-access-1');
    expect(provider.seen).toHaveLength(1);
  });

  it('§2.2.1: its time counts from when it leaves', async () => {
    const { server, provider, exchange } = await ended();
    const answered = provider.beforeAnswer;
    provider.beforeAnswer = async () => {
      await answered();
      server.clock.now += 5;
    };
    provider.accessTokenSeconds = 100;
    const replace = server.grants.replaceUpstream.bind(server.grants);
    server.grants.replaceUpstream = async (...parameters) => {
      server.clock.now += 3;
      return replace(...parameters);
    };
    expect((await exchange()).body.expires_in).toBe(97);
  });

  it('while the provider is down: 503, and it works when it is back', async () => {
    const { server, provider, exchange, row } = await ended();
    provider.mode = 'down';
    for (let attempt = 0; attempt < 2; attempt += 1) expect((await exchange()).status).toBe(503);
    expect(row().status).toBe('redeemed');
    provider.mode = 'up';
    server.clock.now += LEASE_SECONDS;
    expect((await exchange()).body.access_token).toBe('upstream-access-1');
  });

  it('#67: a fault of KMS or DynamoDB is 503', async () => {
    const { vault, server, exchange } = await ended();
    vault.failing = true;
    expect((await exchange()).status).toBe(503);
    vault.failing = false;
    server.grants.failing = true;
    expect((await exchange()).status).toBe(503);
    server.grants.failing = false;
    expect((await exchange()).status).toBe(200);
  });

  it('#169 a key that is gone leaves no token: the person has to log in again', async () => {
    const { vault, exchange, row } = await called();
    vault.loseKey();
    expect(await exchange()).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    expect(row().status).toBe('redeemed');
  });

  it('#88 a refusal ends the grant with recheck, and without it only what was kept', async () => {
    const strict = await ended({ recheck: true });
    strict.provider.mode = 'removed';
    expect(await strict.exchange()).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const { clientId } = strict.row();
    expect(strict.server.events).toContainEqual({
      event: 'access_ended',
      fields: expect.objectContaining({ clientId, reason: 'provider_refused' }),
    });
    expect([strict.row().status, strict.server.names().includes('access_ended')]).toEqual(['revoked', true]);

    const lenient = await ended();
    lenient.provider.mode = 'removed';
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect((await lenient.exchange()).body.error).toBe('invalid_target');
    }
    expect([lenient.row().status, lenient.provider.seen.length]).toEqual(['redeemed', 1]);
  });

  it('#168 without a refresh token: invalid_target, and the person has to log in again', async () => {
    const { exchange, provider } = await ended({ canBeRefreshed: false });
    expect((await exchange()).body).toMatchObject({
      error: 'invalid_target',
      error_description: expect.stringContaining('log in again'),
    });
    expect(provider.seen).toEqual([]);
  });
});
