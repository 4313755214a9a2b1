import type { Client } from '../../lambdas/core/clients/client.ts';
import { newId, sha256 } from '../../lambdas/core/crypto.ts';
import { EXPIRED_CODE_RETENTION_SECONDS, newAuthorizationCode } from '../../lambdas/core/grants/authorization-code.ts';
import { FAILURE_LIMIT } from '../../lambdas/core/net/rate-limit-window.ts';
import { introspectHandler } from '../../lambdas/introspect/handler.ts';
import { revokeHandler } from '../../lambdas/revoke/handler.ts';
import { RateLimiter } from '../../lambdas/runtime/services/rate-limiter.ts';
import { type Answer, formPoster } from '../support/http/post-form.ts';
import { ISSUER, NOW } from '../support/memory/records.ts';
import { startTokenEndpoint } from '../support/memory/token-endpoint.ts';

// NOW begins a window of 15 minutes; see `windowEnd`.
const SECONDS_LEFT = FAILURE_LIMIT.windowSeconds - (NOW % FAILURE_LIMIT.windowSeconds);

let server: ReturnType<typeof startTokenEndpoint>;
beforeEach(() => {
  server = startTokenEndpoint();
});

const wrongCode = (client: Client): Promise<Answer> =>
  server.post(server.redemption(client, newAuthorizationCode(newId()).code));

const times = async (count: number, ask: () => Promise<Answer>): Promise<(readonly [number, unknown])[]> => {
  const answers: (readonly [number, unknown])[] = [];
  for (let index = 0; index < count; index += 1) {
    const { status, body } = await ask();
    answers.push([status, body.error]);
  }
  return answers;
};

describe('Failures of a client (RFC 6749 §10.10, #241)', () => {
  it('after 50 wrong codes the answer is 429 with Retry-After, and it says nothing about tokens', async () => {
    const client = await server.registered();
    const answers = await times(1000, () => wrongCode(client));
    expect(answers.slice(0, 50)).toEqual(Array(50).fill([400, 'invalid_grant']));
    expect(answers.slice(50)).toEqual(Array(950).fill([429, 'too_many_requests']));
    expect((await wrongCode(client)).headers['retry-after']).toBe(String(SECONDS_LEFT));
    // Once known to be over, nothing is written any more; and the log tells it once.
    expect([server.counters.writes, server.counters.counts.size]).toEqual([51, 1]);
    expect(server.events.filter(({ event }) => event === 'limit_hit')).toEqual([
      { event: 'limit_hit', fields: { requestId: 'request-1', clientId: client.clientId, limit: 'failures' } },
    ]);
  });

  it('a valid request succeeds meanwhile and reads no counter, so a stranger cannot lock a client out', async () => {
    const client = await server.registered();
    const other = await server.registered({ clientId: 'gh_other' });
    await times(60, () => wrongCode(client));
    const before = server.counters.writes;
    for (const good of [client, other]) {
      const { code } = await server.issueCode(good);
      const redeemed = await server.post(server.redemption(good, code));
      expect(redeemed.status).toBe(200);
      expect((await server.post(server.refresh(good, redeemed.body.refresh_token))).status).toBe(200);
    }
    expect(server.counters.writes).toBe(before);
  });

  it('every client has its own count', async () => {
    const client = await server.registered();
    const other = await server.registered({ clientId: 'gh_other' });
    await times(60, () => wrongCode(client));
    expect((await wrongCode(other)).status).toBe(400);
  });

  it('the limit ends with its window', async () => {
    const client = await server.registered();
    await times(51, () => wrongCode(client));
    server.clock.now += SECONDS_LEFT - 1;
    expect((await wrongCode(client)).status).toBe(429);
    server.clock.now += 1;
    expect((await wrongCode(client)).status).toBe(400);
  });

  it('wrong verifiers and wrong secrets add up', async () => {
    const secret = 'the secret';
    const client = await server.registered({
      clientSecretHash: sha256(secret),
      tokenEndpointAuthMethods: ['client_secret_post'],
    });
    const { code } = await server.issueCode(client);
    const redemption = { ...server.redemption(client, code), client_secret: secret };
    const wrongVerifier = () => server.post({ ...redemption, code_verifier: 'v'.repeat(43) });
    const wrongSecret = () => server.post({ ...redemption, client_secret: 'wrong' });
    expect(await times(25, wrongVerifier)).toEqual(Array(25).fill([400, 'invalid_grant']));
    expect(await times(25, wrongSecret)).toEqual(Array(25).fill([401, 'invalid_client']));
    expect(await times(1, wrongVerifier)).toEqual([[429, 'too_many_requests']]);
    expect(await times(1, wrongSecret)).toEqual([[429, 'too_many_requests']]);
    expect((await server.post(redemption)).status).toBe(200);
  });

  it('a code that was used before or has expired does not count, because it was not guessed', async () => {
    const client = await server.registered();
    const { code } = await server.issueCode(client);
    await server.post(server.redemption(client, code));
    expect(await times(60, () => server.post(server.redemption(client, code)))).toEqual(
      Array(60).fill([400, 'invalid_grant']),
    );
    expect(server.counters.writes).toBe(0);
  });

  it('a late code is refused as expired even if its client has reached the limit', async () => {
    const client = await server.registered();
    const { code } = await server.issueCode(client);
    const late = () => server.post(server.redemption(client, code));
    server.clock.now += 62;
    await times(60, () => wrongCode(client));
    expect(await times(1, late)).toEqual([[400, 'invalid_grant']]);
    server.clock.now += EXPIRED_CODE_RETENTION_SECONDS - 3;
    await times(60, () => wrongCode(client));
    expect(await times(1, late)).toEqual([[400, 'invalid_grant']]);
  });

  it('an expired refresh token does not count, so its client learns that the user must log in again', async () => {
    const { client, grantId, refreshToken } = await server.signedIn();
    await server.grants.revokeGrant(grantId);
    const dead = () => server.post(server.refresh(client, refreshToken));
    expect(await times(60, dead)).toEqual(Array(60).fill([400, 'invalid_grant']));
    expect(server.counters.writes).toBe(0);
  });

  it('failures of unknown clients leave no row', async () => {
    const unknownClient = { clientId: 'https://made-up.example/client.json' } as Client;
    expect(await times(60, () => wrongCode(unknownClient))).toEqual(Array(60).fill([401, 'invalid_client']));
    expect(server.counters.counts.size).toBe(0);
  });

  it('a fault of the counters changes no answer, and the log says that nothing was counted', async () => {
    const client = await server.registered();
    server.counters.failing = true;
    expect(await times(60, () => wrongCode(client))).toEqual(Array(60).fill([400, 'invalid_grant']));
    const { code } = await server.issueCode(client);
    expect((await server.post(server.redemption(client, code))).status).toBe(200);
    expect(server.events.filter(({ event }) => event === 'limit_unknown')).toHaveLength(60);
  });

  it('all execution environments share one count', async () => {
    const { counters, log } = server;
    const second = startTokenEndpoint({
      clients: server.clients,
      grants: server.grants,
      failures: new RateLimiter({ limit: FAILURE_LIMIT, counters, log, random: () => 0 }),
    });
    const client = await server.registered();
    await times(30, () => wrongCode(client));
    const there = () => second.post(second.redemption(client, newAuthorizationCode(newId()).code));
    expect((await times(21, there)).map(([status]) => status)).toEqual([...Array(20).fill(400), 429]);
    // The first one learns it by its next failure.
    expect((await wrongCode(client)).status).toBe(429);
  });

  it.each(['/revoke', '/introspect'] as const)('wrong secrets at %s count as they do at /token', async (path) => {
    const { clients, grants, keyRings, revokedGrants, failures, clock, log } = server;
    const client = await server.registered({
      clientSecretHash: sha256('the secret'),
      tokenEndpointAuthMethods: ['client_secret_post'],
    });
    const shared = { issuer: ISSUER, clients, grants, keyRings, revokedGrants, failures, now: () => clock.now, log };
    const flow =
      path === '/revoke'
        ? revokeHandler(shared)
        : introspectHandler({ ...shared, refreshGraceSeconds: 60, configuredClients: new Map() });
    const post = formPoster(flow, path, log);
    const form = { client_id: client.clientId, client_secret: 'wrong', token: 'x' };
    expect(await times(50, () => post(form))).toEqual(Array(50).fill([401, 'invalid_client']));
    expect(await times(1, () => post(form))).toEqual([[429, 'too_many_requests']]);
    expect((await post({ ...form, client_secret: 'the secret' })).status).toBe(200);
    // An unknown token is not a failure of the client.
    expect(server.counters.writes).toBe(51);
  });
});
