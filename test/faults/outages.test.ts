import { randomUUID } from 'node:crypto';
import { User } from '../support/browser/user.ts';
import { Canaries } from '../support/faults/canaries.ts';
import { FLOWS } from '../support/faults/flows/index.ts';
import { FaultWalk } from '../support/faults/walk.ts';
import { startWalkGround, type WalkGround } from '../support/faults/walk-ground.ts';
import {
  authorizationRequest,
  callMcp,
  type JsonAnswer,
  obtainCode,
  obtainSession,
  redeem,
  refresh,
  registerClient,
  type Session,
} from '../support/http/oauth-requests.ts';

const canaries = new Canaries();
let cloud: WalkGround;
let walk: FaultWalk;
beforeAll(async () => {
  cloud = await startWalkGround();
  canaries.listen();
  walk = new FaultWalk(cloud, canaries);
}, 120_000);
afterEach(() => cloud.disarm());
afterAll(async () => {
  canaries.stop();
  await cloud?.stop();
});

const QUICKLY = ['redemption of a code', 'refresh', 'refresh again, since the answer was lost'];

const isHonest = ({ status, headers }: JsonAnswer): boolean => status === 503 && headers.has('retry-after');
const flowNamed = (name: string) => {
  const found = FLOWS.find((flow) => flow.name === name);
  if (found === undefined) throw new Error(`no flow is named ${name}`);
  return found;
};

describe('An outage', () => {
  it.each(QUICKLY)(
    'that begins at any call of “%s” loses nothing',
    async (name) => {
      const flow = flowNamed(name);
      const calls = await walk.stepsOf(flow);
      const failures = [];
      for (let nth = 1; nth <= calls.length; nth += 1) {
        failures.push(await walk.with(flow, [{ kind: 'failed', nth, times: 'always' }], {}));
      }
      expect(failures.filter(Boolean)).toEqual([]);
    },
    120_000,
  );

  it('that begins at any call of a login shows a page with 503, and afterwards every login succeeds', async () => {
    const client = await registerClient(cloud);
    for (let nth = 1; ; nth += 1) {
      cloud.arm({ kind: 'failed', nth, times: 'always' });
      const seen = await new User(cloud).signIn(authorizationRequest(cloud, client).url);
      if (seen.left !== undefined) {
        expect(nth).toBeGreaterThan(5);
        return;
      }
      expect([nth, seen.left, seen.status, seen.headers.has('retry-after')]).toEqual([nth, undefined, 503, true]);
      cloud.disarm();
      expect((await redeem(cloud, await obtainCode(cloud, client))).status).toBe(200);
    }
  }, 120_000);

  it('#218 in which a write succeeds but no response arrives yields at most one success', async () => {
    const code = await obtainCode(cloud, await registerClient(cloud));
    const writes = { service: 'dynamodb', functionLogicalId: cloud.functionNamed('Token') } as const;
    cloud.arm(
      { ...writes, kind: 'lost', action: 'UpdateItem' },
      // The read that would tell the function that its own write succeeded.
      { ...writes, kind: 'dropped', action: 'GetItem', nth: 4, times: 'always' },
    );
    expect(isHonest(await redeem(cloud, code))).toBe(true);
    cloud.disarm();
    // Gatehouse cannot tell that it was the same client, so the second request gets no token. No token was issued before.
    expect((await redeem(cloud, code)).body.error).toBe('invalid_grant');

    const session = await obtainSession(cloud, { client: code.client });
    cloud.arm(
      { ...writes, kind: 'lost', action: 'UpdateItem' },
      { ...writes, kind: 'dropped', action: 'GetItem', nth: 4, times: 'always' },
    );
    expect(isHonest(await refresh(cloud, session.client, session.refreshToken))).toBe(true);
    cloud.disarm();
    expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
  });

  it.each(['disabled', 'denied', 'throttled', 'failed', 'silent'] as const)(
    '#220 #221 of KMS (%s): 503, and code and refresh token are still good',
    async (kind) => {
      const code = await obtainCode(cloud, await registerClient(cloud));
      const session = await obtainSession(cloud, { client: code.client });
      cloud.arm({ kind, service: 'kms', times: 'always' });
      const answers = [await redeem(cloud, code), await refresh(cloud, session.client, session.refreshToken)];
      expect(answers.map(isHonest)).toEqual([true, true]);
      // Users who are logged in stay logged in, because verifying a token needs no KMS call.
      expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
      cloud.disarm();
      expect((await redeem(cloud, code)).status).toBe(200);
      expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
    },
    120_000,
  );

  it('#225 all users return at once when it is over, and all are served', async () => {
    const PRIVACY = 20;
    const client = await registerClient(cloud);
    const sessions: Session[] = [];
    for (let count = 0; count < PRIVACY; count += 1) {
      sessions.push(await obtainSession(cloud, { client, user: new User(cloud, `p${count}`) }));
    }
    const refreshAll = () => Promise.all(sessions.map(({ refreshToken }) => refresh(cloud, client, refreshToken)));
    cloud.arm({ kind: 'throttled', service: 'dynamodb', times: 'always' });
    // Ten times the usual load, because each client retries.
    for (let round = 0; round < 3; round += 1) {
      for (const answer of await refreshAll()) expect(isHonest(answer)).toBe(true);
    }
    cloud.disarm();
    const startedAt = performance.now();
    const answers = await refreshAll();
    expect(answers.map(({ status }) => status)).toEqual(sessions.map(() => 200));
    expect(performance.now() - startedAt).toBeLessThan(60_000);
  }, 120_000);
});

describe('#231 Unreadable rows', () => {
  const GARBAGE: readonly (readonly [string, object])[] = [
    ['of another version', { schemaVersion: { N: '99' } }],
    ['binary where text belongs', { schemaVersion: { N: '1' }, status: { B: 'AAEC' }, redirectUris: { B: 'AAEC' } }],
    ['without their members', { schemaVersion: { N: '1' } }],
    [
      'of the wrong types',
      { schemaVersion: { N: '1' }, status: { S: 'redeemed' }, family: { S: 'x' }, redirectUris: { N: '1' } },
    ],
  ];

  it.each(GARBAGE)('%s: that flow fails with a server error, and all others succeed', async (_, attributes) => {
    const [clients = '', grants = ''] = ['Clients', 'Grants'].map((name) => cloud.tableNamed(name));
    const good = await obtainSession(cloud);
    const client = await registerClient(cloud, { client_name: `Poisoned ${randomUUID()}` });
    const poisoned = await obtainSession(cloud, { client });
    const grantId = poisoned.refreshToken.split('.')[0]?.replace('gh_rt_', '') ?? '';
    const put = (TableName: string, key: object) =>
      cloud.asOperator('dynamodb', 'PutItem', { TableName, Item: { ...key, ...attributes } });

    await put(grants, { grantId: { S: grantId } });
    const byGrant = await refresh(cloud, client, poisoned.refreshToken);
    await put(clients, { clientId: { S: client.client_id } });
    const byClient = await refresh(cloud, client, poisoned.refreshToken);
    const page = await new User(cloud).open(authorizationRequest(cloud, client).url);
    for (const { status } of [byGrant, byClient, page]) expect([400, 500, 503]).toContain(status);
    expect((await refresh(cloud, good.client, good.refreshToken)).status).toBe(200);
  });
});
