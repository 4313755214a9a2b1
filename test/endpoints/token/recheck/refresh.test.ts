import { NOW } from '../../../support/memory/records.ts';
import { ADA, connected, DUE_SECONDS, LIMIT_SECONDS } from './fixture.ts';

describe('"recheck": the provider is asked at a refresh (#88)', () => {
  it('when its last answer is old, and not earlier', async () => {
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

  it('never without recheck', async () => {
    const { provider, refresh } = await connected({ keptProviders: new Map() });
    expect((await refresh()).status).toBe(200);
    expect(provider.seen).toEqual([]);
  });

  it('#149 not if the provider’s id meant another issuer before: the user loses access', async () => {
    const { refresh, provider, row, server } = await connected({}, { issuer: 'https://other.example' });
    expect(await refresh()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect([row().status, provider.seen]).toEqual(['revoked', []]);
    expect(server.events.find(({ event }) => event === 'access_ended')?.fields.reason).toBe('provider_removed');
  });

  it('a user whom the provider refuses loses access for good', async () => {
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

  it('a changed identity counts for the rules and for the next token', async () => {
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

  it('other requests neither wait for the provider nor fail', async () => {
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

describe('"recheck" of a grant that was unused for longer than the limit (#88)', () => {
  it('#90: of parallel refreshes one asks, the others wait for it, and all succeed', async () => {
    const { server, provider, session } = await connected();
    server.clock.now = NOW + LIMIT_SECONDS;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => server.post(server.refresh(session.client, session.refreshToken))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(provider.seen).toHaveLength(1);
  });

  it('when the provider refuses, the waiting requests fail too', async () => {
    const { server, provider, session } = await connected();
    provider.mode = 'removed';
    server.clock.now = NOW + LIMIT_SECONDS;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => server.post(server.refresh(session.client, session.refreshToken))),
    );
    expect(new Set(answers.map(({ body }) => body.error))).toEqual(new Set(['invalid_grant']));
  });

  it('a request waits at most four seconds, and then gets 503', async () => {
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

  it('a request that got no answer does not wait for its own lease', async () => {
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
