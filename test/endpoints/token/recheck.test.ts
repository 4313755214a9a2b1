import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import type { UpstreamIdentity } from '../../../lambdas/core/upstream/identity.ts';
import { newUpstreamState } from '../../../lambdas/core/upstream/session.ts';
import type { UpstreamIdp } from '../../../lambdas/runtime/ports/index.ts';
import type { TokenDeps } from '../../../lambdas/token/grant-type.ts';
import { MemoryTokenVault } from '../../support/memory/memory-vault.ts';
import { NOW, testGrant } from '../../support/memory/records.ts';
import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';
import { OneTimeProvider } from '../../support/providers/one-time-provider.ts';

const DUE_SECONDS = 900;
const LIMIT_SECONDS = 86_400;
const LEASE_SECONDS = 30;
const ADA: UpstreamIdentity = testGrant().identity;

/** A person who logged in at a provider with `recheck`, long enough ago for it to be asked again. */
const connected = async (overrides: Partial<TokenDeps> = {}, { withTokens = true, issuer = ADA.issuer } = {}) => {
  const vault = new MemoryTokenVault();
  const provider = new OneTimeProvider(ADA, () => server.clock.now);
  const idp = provider as unknown as UpstreamIdp;
  const server = startTokenEndpoint({
    tokenVault: vault,
    keptProviders: new Map([
      ['company', { id: 'company', kind: 'oidc', issuer, displayName: 'Company', idp, recheck: true }],
    ]),
    ...overrides,
  });
  const session = await server.signedIn();
  const { grantId } = session;
  const row = () => {
    const found = server.grants.rows.get(grantId);
    if (!found) throw new Error('the grant is gone');
    return found;
  };
  const tokens = withTokens ? await vault.seal(grantId, { refreshToken: 'upstream-refresh-0' }) : undefined;
  server.grants.rows.set(grantId, {
    ...row(),
    upstream: newUpstreamState(tokens, { canBeRefreshed: true }, NOW),
    expiresAt: NOW + 400 * 86_400,
  });
  server.clock.now = NOW + DUE_SECONDS;
  let current = session.refreshToken;
  const refresh = async () => {
    const answer = await server.post(server.refresh(session.client, current));
    if (answer.status === 200) current = String(answer.body.refresh_token);
    return answer;
  };
  const outcomes = () =>
    server.events.filter(({ event }) => event === 'upstream_rechecked').map(({ fields }) => fields.outcome);
  return { server, provider, vault, row, refresh, outcomes, session };
};

describe('"recheck": the provider is asked at a refresh (#88)', () => {
  it('when its last answer is old, and no sooner', async () => {
    const { server, provider, refresh, row, outcomes } = await connected();
    server.clock.now = NOW + DUE_SECONDS - 1;
    expect((await refresh()).status).toBe(200);
    expect(provider.seen).toEqual([]);
    server.clock.now = NOW + DUE_SECONDS;
    expect((await refresh()).status).toBe(200);
    expect((await refresh()).status).toBe(200);
    expect(provider.seen).toEqual(['upstream-refresh-0']);
    expect(row().upstream).toMatchObject({ checkedAt: NOW + DUE_SECONDS });
    server.clock.now += DUE_SECONDS;
    expect((await refresh()).status).toBe(200);
    expect(provider.seen).toEqual(['upstream-refresh-0', 'upstream-refresh-1']);
    expect(outcomes()).toEqual(['confirmed', 'confirmed']);
  });

  it('not at all where the provider has no recheck', async () => {
    const { provider, refresh } = await connected({ keptProviders: new Map() });
    expect((await refresh()).status).toBe(200);
    expect(provider.seen).toEqual([]);
  });

  it('#149 not with tokens of another issuer, which the provider’s id meant before: that one was removed', async () => {
    const { refresh, provider, row, server } = await connected({}, { issuer: 'https://other.example' });
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect([row().status, provider.seen]).toEqual(['revoked', []]);
    expect(server.events.find(({ event }) => event === 'access_ended')?.fields.reason).toBe('provider_removed');
  });

  it('whom it does not vouch for any more is out, for good', async () => {
    const { server, provider, refresh, row, outcomes } = await connected();
    provider.mode = 'removed';
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(row()).toMatchObject({ status: 'revoked' });
    expect(row()).not.toHaveProperty('upstream');
    expect(server.names().slice(-3)).toEqual(['upstream_rechecked', 'access_ended', 'request_refused']);
    expect(outcomes()).toEqual(['refused']);
    provider.mode = 'up';
    expect((await refresh()).body.error).toBe('invalid_grant');
  });

  it('who changed is somebody else to the rules, and in the next token', async () => {
    const access = { rules: { emailDomains: ['example.com'] }, providers: {} };
    const { provider, refresh, row, server } = await connected({ access });
    provider.identity = { ...ADA, email: 'lovelace@example.com', name: 'not asked for' };
    expect((await refresh()).status).toBe(200);
    expect(row().identity).toEqual({ ...ADA, email: 'lovelace@example.com', name: undefined });
    provider.identity = { ...ADA, email: 'ada@example.net' };
    server.clock.now += DUE_SECONDS;
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(server.events.findLast(({ event }) => event === 'access_ended')?.fields.reason).toBe('not_allowed');
  });

  it('#90: 20 parallel refreshes, 20 rounds: all succeed, and each one-time token is seen once', async () => {
    const { server, provider, session } = await connected();
    let token = session.refreshToken;
    for (let round = 1; round <= 20; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => server.post(server.refresh(session.client, token))),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const successors = new Set(answers.map(({ body }) => String(body.refresh_token)));
      expect(successors.size).toBe(1);
      [token = ''] = successors;
      expect(provider.seen).toHaveLength(round);
      server.clock.now += DUE_SECONDS;
    }
    expect(new Set(provider.seen).size).toBe(20);
  });

  it('nobody waits for the one who asks, and nobody is logged out by it', async () => {
    const { server, provider, session, refresh } = await connected();
    const [reached, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    provider.beforeAnswer = () => {
      reached.resolve();
      return answered.promise;
    };
    const asking = server.post(server.refresh(session.client, session.refreshToken));
    await reached.promise;
    expect((await refresh()).status).toBe(200);
    answered.resolve();
    expect((await asking).status).toBe(200);
    expect(provider.seen).toHaveLength(1);
  });
});

describe('"recheck" of a connection that was not used for longer than the limit (#88)', () => {
  it('#90: of parallel refreshes one asks, the others wait for it, and all succeed', async () => {
    const { server, provider, session } = await connected();
    server.clock.now = NOW + LIMIT_SECONDS;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => server.post(server.refresh(session.client, session.refreshToken))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(provider.seen).toHaveLength(1);
  });

  it('when the one who asks is refused, so are those who waited', async () => {
    const { server, provider, session } = await connected();
    provider.mode = 'removed';
    server.clock.now = NOW + LIMIT_SECONDS;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => server.post(server.refresh(session.client, session.refreshToken))),
    );
    expect(new Set(answers.map(({ body }) => body.error))).toEqual(new Set(['invalid_grant']));
  });

  it('nobody waits for ever: 503, and no longer than four seconds', async () => {
    const waits: number[] = [];
    const { server, provider, session } = await connected({
      sleep: async (milliseconds) => void waits.push(milliseconds),
    });
    server.clock.now = NOW + LIMIT_SECONDS;
    const [reached, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    provider.beforeAnswer = () => {
      reached.resolve();
      return answered.promise;
    };
    const asking = server.post(server.refresh(session.client, session.refreshToken));
    await reached.promise;
    expect((await server.post(server.refresh(session.client, session.refreshToken))).status).toBe(503);
    expect(waits).toEqual(Array.from({ length: 16 }, () => 250));
    answered.resolve();
    expect((await asking).status).toBe(200);
  });

  it('who got no answer does not wait for itself', async () => {
    const waits: number[] = [];
    const { server, provider, refresh } = await connected({
      sleep: async (milliseconds) => void waits.push(milliseconds),
    });
    server.clock.now = NOW + LIMIT_SECONDS;
    provider.mode = 'lost';
    expect((await refresh()).status).toBe(503);
    expect(waits).toEqual([]);
  });
});

describe('"recheck" while the provider is down (#88)', () => {
  it.each(['down', 'undiscoverable', 'misconfigured', 'userinfo down'] as const)(
    '%s: people go on up to the limit, then wait with 503, and go on with the same refresh token',
    async (mode) => {
      const { server, provider, refresh, row, outcomes } = await connected();
      provider.mode = mode;
      expect((await refresh()).status).toBe(200);
      server.clock.now = NOW + LIMIT_SECONDS - 1;
      expect((await refresh()).status).toBe(200);
      server.clock.now = NOW + LIMIT_SECONDS + LEASE_SECONDS;
      for (let attempt = 0; attempt < 2; attempt += 1) {
        expect(await refresh()).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
      }
      expect(row().status).toBe('redeemed');
      provider.mode = 'up';
      server.clock.now += LEASE_SECONDS;
      expect((await refresh()).status).toBe(200);
      expect(outcomes().at(-1)).toBe('confirmed');
      expect(new Set(provider.seen).size).toBe(provider.seen.length);
    },
  );

  it('it is tried again no more often than every half minute', async () => {
    const { server, provider, refresh, outcomes } = await connected();
    provider.mode = 'down';
    for (let attempt = 0; attempt < 5; attempt += 1) expect((await refresh()).status).toBe(200);
    expect(outcomes()).toEqual(['unavailable']);
    server.clock.now += LEASE_SECONDS;
    expect((await refresh()).status).toBe(200);
    expect(outcomes()).toEqual(['unavailable', 'unavailable']);
  });

  it('a removal right after an outage is a removal', async () => {
    const { server, provider, refresh } = await connected();
    provider.mode = 'down';
    await refresh();
    provider.mode = 'removed';
    server.clock.now += LEASE_SECONDS;
    expect((await refresh()).body.error).toBe('invalid_grant');
  });

  it('a lost answer is no removal: the next refusal proves nothing, up to the limit', async () => {
    const { server, provider, refresh, row, outcomes } = await connected();
    provider.mode = 'lost';
    expect((await refresh()).status).toBe(200);
    provider.mode = 'up';
    server.clock.now += LEASE_SECONDS;
    expect((await refresh()).status).toBe(200);
    expect(row().upstream).not.toHaveProperty('tokens');
    expect((await refresh()).status).toBe(200);
    expect(outcomes()).toEqual(['unavailable', 'impossible']);
    server.clock.now = NOW + LIMIT_SECONDS;
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('who asks and then fails leaves the lease behind; it ends by itself', async () => {
    const { server, provider, refresh } = await connected();
    provider.beforeAnswer = () => Promise.reject(new Error('the process ended here'));
    expect((await refresh()).status).toBe(500);
    provider.beforeAnswer = async () => {};
    expect((await refresh()).status).toBe(200);
    expect(provider.seen).toEqual([]);
    server.clock.now += LEASE_SECONDS;
    expect((await refresh()).status).toBe(200);
    expect(provider.seen).toEqual(['upstream-refresh-0']);
  });

  it('#67: a fault of KMS is an outage too', async () => {
    const { vault, provider, refresh } = await connected();
    vault.failing = true;
    expect((await refresh()).status).toBe(200);
    expect(provider.seen).toEqual([]);
  });

  it('#67: new one-time tokens are stored although DynamoDB fails twice', async () => {
    const { server, provider, refresh, row } = await connected();
    const replace = server.grants.replaceUpstream.bind(server.grants);
    let calls = 0;
    server.grants.replaceUpstream = async (...parameters) => {
      calls += 1;
      if (calls === 2 || calls === 3) throw new UnavailableError('DynamoDB');
      return replace(...parameters);
    };
    expect((await refresh()).status).toBe(200);
    expect([calls, row().upstream?.checkedAt]).toEqual([4, NOW + DUE_SECONDS]);
    server.clock.now += DUE_SECONDS;
    expect((await refresh()).status).toBe(200);
    expect(provider.seen).toEqual(['upstream-refresh-0', 'upstream-refresh-1']);
  });

  it('#67: a refusal is not forgotten although DynamoDB fails twice', async () => {
    const { server, provider, refresh, row } = await connected();
    const revoke = server.grants.revokeGrant.bind(server.grants);
    let calls = 0;
    server.grants.revokeGrant = async (grantId) => {
      calls += 1;
      if (calls < 3) throw new UnavailableError('DynamoDB');
      return revoke(grantId);
    };
    provider.mode = 'removed';
    expect((await refresh()).body.error).toBe('invalid_grant');
    expect([calls, row().status]).toEqual([3, 'revoked']);
  });

  it('a grant that is revoked while the provider is asked stays revoked', async () => {
    const { server, provider, refresh, row, session } = await connected();
    provider.beforeAnswer = () => server.grants.revokeGrant(session.grantId);
    expect((await refresh()).body.error).toBe('invalid_grant');
    expect(row()).not.toHaveProperty('upstream');
  });
});

describe('"recheck" with nothing to ask the provider with (#168)', () => {
  it.each([
    ['the provider gave no refresh token', 'no tokens'],
    ['the login is older than the setting', 'no state'],
    ['the key under which its tokens are sealed is gone', 'no key'],
  ])('%s: people go on up to the limit, and then log in again', async (_name, missing) => {
    const { server, refresh, row, provider, vault } = await connected({}, { withTokens: missing === 'no key' });
    if (missing === 'no state') {
      const { upstream: _, ...rest } = row();
      server.grants.rows.set(rest.grantId, rest);
    }
    vault.loseKey();
    server.clock.now = NOW + LIMIT_SECONDS - 1;
    expect((await refresh()).status).toBe(200);
    server.clock.now = NOW + LIMIT_SECONDS;
    expect(await refresh()).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.stringContaining('Start a new authorization') },
    });
    expect(row().status).toBe('revoked');
    expect(provider.seen).toEqual([]);
  });
});
