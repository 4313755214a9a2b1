import { UnavailableError } from '../../../../lambdas/core/oauth-error.ts';
import { NOW } from '../../../support/memory/records.ts';
import { connected, DUE_SECONDS, LEASE_SECONDS, LIMIT_SECONDS } from './fixture.ts';

describe('"recheck" while the provider is down (#88)', () => {
  it.each(['down', 'undiscoverable', 'misconfigured', 'userinfo down'] as const)(
    '%s: users continue up to the limit, then get 503, and continue later with the same refresh token',
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

  it('it is tried at most every 30 seconds', async () => {
    const { server, provider, refresh, outcomes } = await connected();
    provider.mode = 'down';
    for (let attempt = 0; attempt < 5; attempt += 1) expect((await refresh()).status).toBe(200);
    expect(outcomes()).toEqual(['unavailable']);
    server.clock.now += LEASE_SECONDS;
    expect((await refresh()).status).toBe(200);
    expect(outcomes()).toEqual(['unavailable', 'unavailable']);
  });

  it('a refusal right after an outage counts', async () => {
    const { server, provider, refresh } = await connected();
    provider.mode = 'down';
    await refresh();
    provider.mode = 'removed';
    server.clock.now += LEASE_SECONDS;
    expect((await refresh()).body.error).toBe('invalid_grant');
  });

  it('after a lost answer, the next refusal proves nothing, up to the limit', async () => {
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

  it('a request that crashes leaves its lease, which expires', async () => {
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

  it('#67: a refusal is stored although DynamoDB fails twice', async () => {
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

describe('"recheck" without tokens with which to ask (#168)', () => {
  it.each([
    ['the provider gave no refresh token', 'no tokens'],
    ['the login is older than the setting', 'no state'],
    ['the key under which its tokens are sealed is gone', 'no key'],
  ])('%s: users continue up to the limit, and then log in again', async (_name, missing) => {
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
