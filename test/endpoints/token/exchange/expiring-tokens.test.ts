import { newUpstreamState } from '../../../../lambdas/core/upstream/session.ts';
import { NOW } from '../../../support/memory/records.ts';
import { called, LEASE_SECONDS } from './fixture.ts';

describe('An upstream token that expires (RFC 8693)', () => {
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

  it('is refreshed once for any number of parallel requests: 20 rounds', async () => {
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

  it('shortly before it expires, one request gets the new token, all others the old one', async () => {
    const { server, provider, exchange, waits } = await called();
    server.clock.now += 3599;
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange()));
    expect(new Set(answers.map(({ body }) => body.access_token))).toEqual(
      new Set(['upstream-access-0', 'upstream-access-1']),
    );
    expect([provider.seen.length, waits.length]).toEqual([1, 0]);
  });

  it('a request that waits too long gets 503, and the next one succeeds', async () => {
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

  it('§2.2.1: expires_in counts from the response', async () => {
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

  it('while the provider is down: 503; it works again afterwards', async () => {
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

  it('#169 if the key is gone, no token is left: the user must log in again', async () => {
    const { vault, exchange, row } = await called();
    vault.loseKey();
    expect(await exchange()).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    expect(row().status).toBe('redeemed');
  });

  it('#88 a refusal ends the grant with recheck; without it, only the tokens are removed', async () => {
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

  it('#168 without a refresh token: invalid_target, and the user must log in again', async () => {
    const { exchange, provider } = await ended({ canBeRefreshed: false });
    expect((await exchange()).body).toMatchObject({
      error: 'invalid_target',
      error_description: expect.stringContaining('log in again'),
    });
    expect(provider.seen).toEqual([]);
  });
});
