import { randomBytes } from 'node:crypto';
import { FAILURE_LIMIT } from '../../../lambdas/core/net/rate-limit-window.ts';
import { User } from '../../support/browser/user.ts';
import { type FaultyCloud, startFaultyCloud } from '../../support/faults/faulty-cloud.ts';
import {
  callMcp,
  type JsonAnswer,
  obtainCode,
  obtainSession,
  postForm,
  postRegistration,
  redeem,
  refresh,
  registerClient,
} from '../../support/http/oauth-requests.ts';
import { startOfFailureWindow } from '../../support/limit-windows.ts';
import { rounds } from '../../support/long-form.ts';

// Rate limits over HTTP, with the permissions of the template. All requests come from one address.

const AT_A_TIME = 10;
const BAD_CODES = rounds(60, 200);
/** Each call waits for its timeout, which is ten times longer in `npm test`. */
const SILENCE = rounds(0, 1) === 0 ? [] : (['lost-silently'] as const);

let cloud: FaultyCloud;
beforeAll(async () => {
  cloud = await startFaultyCloud({
    config: {
      servers: {
        '/mcp': null,
        '/limited': {
          backend: { kind: 'example' },
          scopes: { required: ['mcp'] },
          rateLimit: { requestsPerMinute: 5 },
        },
      },
    },
  });
}, 60_000);
afterAll(() => cloud?.stop());

/** Sends `count` requests, a few at a time. Returns how many responses had each status. */
const flood = async (count: number, send: () => Promise<JsonAnswer>): Promise<Record<number, number>> => {
  const byStatus: Record<number, number> = {};
  for (let sent = 0; sent < count; sent += AT_A_TIME) {
    for (const { status } of await Promise.all(Array.from({ length: AT_A_TIME }, send))) {
      byStatus[status] = (byStatus[status] ?? 0) + 1;
    }
  }
  return byStatus;
};

const wrongCode = () => `gh_ac_${randomBytes(16).toString('base64url')}.${randomBytes(32).toString('base64url')}`;

describe('Guessing at /token (#241)', () => {
  it(`of ${BAD_CODES} bad codes, those beyond ${FAILURE_LIMIT.max} get 429, while valid requests of that client and of others at the same address succeed`, async () => {
    const client = await registerClient(cloud);
    const session = await obtainSession(cloud, { client });
    cloud.setClock(startOfFailureWindow(), 'Token');
    const answers = await flood(BAD_CODES, () =>
      redeem(cloud, { client, code: wrongCode(), codeVerifier: 'v'.repeat(43) }),
    );
    expect(answers).toEqual({ 400: FAILURE_LIMIT.max, 429: BAD_CODES - FAILURE_LIMIT.max });

    const refused = await redeem(cloud, { client, code: wrongCode(), codeVerifier: 'v'.repeat(43) });
    expect([refused.status, refused.body.error]).toEqual([429, 'too_many_requests']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');

    expect((await refresh(cloud, client, session.refreshToken)).status).toBe(200);
    expect((await redeem(cloud, await obtainCode(cloud, client))).status).toBe(200);
    const other = await registerClient(cloud, { client_name: 'Another one' });
    expect((await redeem(cloud, await obtainCode(cloud, other))).status).toBe(200);
    expect((await redeem(cloud, { client: other, code: wrongCode(), codeVerifier: 'v'.repeat(43) })).status).toBe(400);
  }, 120_000);

  it('an unknown client always gets 401', async () => {
    const unknown = { client_id: 'gh_client_unknown' };
    expect(
      await flood(60, () => redeem(cloud, { client: unknown, code: wrongCode(), codeVerifier: 'v'.repeat(43) })),
    ).toEqual({ 401: 60 });
  }, 60_000);

  it('wrong secrets at /revoke and /introspect are counted too', async () => {
    const client = await registerClient(cloud, { token_endpoint_auth_method: 'client_secret_post' });
    cloud.setClock(startOfFailureWindow(), 'Revoke', 'Introspect');
    for (const path of ['/revoke', '/introspect']) {
      const form = { client_id: client.client_id, client_secret: 'wrong', token: 'x' };
      const answers = await flood(60, () => postForm(`${cloud.origin}${path}`, form));
      expect(answers[429]).toBeGreaterThanOrEqual(60 - FAILURE_LIMIT.max);
      expect((await postForm(`${cloud.origin}${path}`, { ...form, client_secret: client.client_secret })).status).toBe(
        200,
      );
    }
  }, 60_000);
});

describe('Many users behind one address (#172)', () => {
  // As many as the throttle of the route admits at once. No limit counts by address.
  it('80 parallel registrations of the same metadata yield one client id and no 429', async () => {
    const ids = new Set<string>();
    const answers = await flood(80, async () => {
      const answer = await postRegistration(cloud, { client_name: 'Hosted connector' });
      ids.add(answer.body.client_id);
      return answer;
    });
    expect(answers).toEqual({ 201: 80 });
    expect(ids.size).toBe(1);
  }, 120_000);
});

describe('Requests per minute of one user with one client', () => {
  it('beyond the limit the user gets 429 with Retry-After, JSON-RPC and CORS, and another user is not affected', async () => {
    const ada = await obtainSession(cloud, { user: new User(cloud, 'ada') });
    const answers: JsonAnswer[] = [];
    // A window may end in the meantime, so two windows are possible.
    for (let count = 0; count < 11; count += 1) answers.push(await callMcp(cloud.mcpUrl, ada.accessToken));
    expect(answers.filter(({ body }) => body.result).length).toBeGreaterThanOrEqual(5);
    // A client before 2026-07-28 keeps its session only if the refusal is no HTTP error.
    const older = answers.find(({ body }) => body.error);
    expect([older?.status, older?.body.error.data.error]).toEqual([200, 'too_many_requests']);
    const current = { 'mcp-protocol-version': '2026-07-28' };
    let refused: JsonAnswer | undefined;
    for (let count = 0; count < 11 && refused?.status !== 429; count += 1) {
      refused = await callMcp(cloud.mcpUrl, ada.accessToken, undefined, current);
    }
    expect(refused?.status).toBe(429);
    expect(refused?.body).toMatchObject({ jsonrpc: '2.0', id: 1, error: { data: { error: 'too_many_requests' } } });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused?.headers.get('access-control-expose-headers')).toContain('Retry-After');

    const grace = await obtainSession(cloud, { user: new User(cloud, 'grace'), client: ada.client });
    expect((await callMcp(cloud.mcpUrl, grace.accessToken)).status).toBe(200);
  }, 60_000);
});

describe('When the counters are unavailable', () => {
  it.each(['throttled', 'failed', ...SILENCE] as const)(
    '%s: nothing is limited, and every response stays the same',
    async (kind) => {
      const client = await registerClient(cloud, { client_name: `While ${kind}` });
      const session = await obtainSession(cloud, { client });
      const resource = cloud.tableNamed('Counters');
      cloud.arm({ service: 'dynamodb', resource, kind, times: 'always' });
      const calls: number[] = [];
      for (let count = 0; count < 7; count += 1) calls.push((await callMcp(cloud.mcpUrl, session.accessToken)).status);
      const wrong = await redeem(cloud, { client, code: wrongCode(), codeVerifier: 'v'.repeat(43) });
      const right = await refresh(cloud, client, session.refreshToken);
      expect(cloud.disarm()).toBe(8);
      expect(calls).toEqual(Array(7).fill(200));
      expect([wrong.status, wrong.body.error, right.status]).toEqual([400, 'invalid_grant', 200]);
      expect(cloud.takeLog()).toContain('"limit_unknown"');
    },
    60_000,
  );
});
