import { newId } from '../../../lambdas/core/crypto.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { MAX_REVOKED_GRANTS, type RevokedGrants } from '../../../lambdas/core/tokens/revoked-grants.ts';
import { grantStatusFetch } from '../../../lambdas/runtime/adapters/dynamodb/grant-status-fetch.ts';
import { DynamoDbGrantStore } from '../../../lambdas/runtime/adapters/dynamodb/grant-store.ts';
import { keyRingFetch } from '../../../lambdas/runtime/adapters/dynamodb/key-ring-fetch.ts';
import { DynamoDbKeyRingStore } from '../../../lambdas/runtime/adapters/dynamodb/key-ring-store.ts';
import { DynamoDbRevokedGrantStore } from '../../../lambdas/runtime/adapters/dynamodb/revoked-grant-store.ts';
import type { RevokedGrantStore } from '../../../lambdas/runtime/ports/index.ts';
import { newTestKey, ringOf } from '../../support/credentials/signing-key.ts';
import {
  counting,
  dynamoDbImplementations,
  failing,
  losingReplies,
  retrying,
  startDynalite,
  type TestDynamoDb,
} from '../../support/dynamodb.ts';
import { MemoryRevokedGrantStore } from '../../support/memory/memory-stores.ts';
import { NOW, testGrant } from '../../support/memory/records.ts';

const UNTIL = NOW + 3660;
const ring = ringOf(newTestKey());
const CREDENTIALS = { region: 'us-east-1', accessKeyId: 'test', secretAccessKey: 'test' };

interface Opened {
  readonly store: RevokedGrantStore;
  readonly read: () => Promise<RevokedGrants | undefined>;
}

const contract = (open: () => Promise<Opened>) => {
  let store: RevokedGrantStore;
  let read: Opened['read'];
  beforeEach(async () => {
    ({ store, read } = await open());
  });
  const idsIn = async () => Object.keys((await read())?.grants ?? {}).sort();

  it('A30: lists several grants by one write, and drops expired ones at the next', async () => {
    await store.addRevokedGrants(['a', 'b'], NOW + 10, NOW);
    expect(await read()).toEqual({ version: 1, grants: { a: NOW + 10, b: NOW + 10 }, expiresAt: NOW + 10 });
    await store.addRevokedGrants(['c'], UNTIL, NOW + 10);
    expect(await read()).toEqual({ version: 2, grants: { c: UNTIL }, expiresAt: UNTIL });
  });

  it('A30: revocations at the same time all stay', async () => {
    const ids = Array.from({ length: 12 }, () => newId());
    await Promise.all(ids.map((id) => store.addRevokedGrants([id], UNTIL, NOW)));
    expect(await idsIn()).toEqual([...ids].sort());
  });

  it('A30: repeating a revocation changes nothing', async () => {
    await store.addRevokedGrants(['a'], UNTIL, NOW);
    await Promise.all([1, 2, 3].map((later) => store.addRevokedGrants(['a'], UNTIL + later, NOW + later)));
    expect(await read()).toEqual({ version: 1, grants: { a: UNTIL }, expiresAt: UNTIL });
  });

  it('A30: a full list says until when it is incomplete, and then no more', async () => {
    const ids = Array.from({ length: MAX_REVOKED_GRANTS }, () => newId());
    await store.addRevokedGrants(ids, UNTIL, NOW);
    await store.addRevokedGrants(['one more'], UNTIL, NOW);
    const full = await read();
    expect(Object.keys(full?.grants ?? {})).toHaveLength(MAX_REVOKED_GRANTS);
    const end = full?.incompleteUntil ?? 0;
    expect([end >= UNTIL, end < UNTIL + 60]).toEqual([true, true]);
    await store.addRevokedGrants(['later'], end + 3660, end);
    expect(await read()).toEqual({ version: 3, grants: { later: end + 3660 }, expiresAt: end + 3660 });
  });
};

describe('Revoked grants in memory', () =>
  contract(async () => {
    const store = new MemoryRevokedGrantStore();
    return { store, read: async () => store.list };
  }));

describe.each(dynamoDbImplementations())('Revoked grants in %s', (_name, start) => {
  let dynamoDb: TestDynamoDb;
  beforeAll(async () => {
    dynamoDb = await start();
  });
  afterAll(() => dynamoDb.close());

  contract(async () => {
    const tableName = await dynamoDb.createTable('id');
    await new DynamoDbKeyRingStore(dynamoDb.client, tableName).replaceKeyRing(ring, undefined);
    const read = keyRingFetch({ ...CREDENTIALS, endpoint: dynamoDb.endpoint, tableName });
    return {
      store: new DynamoDbRevokedGrantStore(dynamoDb.client, tableName),
      read: async () => (await read())?.revoked,
    };
  });
});

describe('Revoked grants in DynamoDB', () => {
  let dynamoDb: TestDynamoDb;
  let table: string;
  beforeAll(async () => {
    dynamoDb = await startDynalite();
  });
  beforeEach(async () => {
    table = await dynamoDb.createTable('id');
  });
  afterAll(() => dynamoDb.close());

  const fetched = () => keyRingFetch({ ...CREDENTIALS, endpoint: dynamoDb.endpoint, tableName: table })();

  it('A30: a revocation costs one read and one write, and a repeated one costs one read', async () => {
    const { client, calls } = counting(dynamoDb.client);
    const store = new DynamoDbRevokedGrantStore(client, table);
    await store.addRevokedGrants(['a'], UNTIL, NOW);
    await store.addRevokedGrants(['a'], UNTIL, NOW);
    expect(calls).toEqual(['GetItemCommand', 'UpdateItemCommand', 'GetItemCommand']);
  });

  it.each([
    ['the reply is lost', losingReplies],
    ['the SDK sends the write again', retrying],
  ])('#218, A30: a grant is listed once when %s', async (_case, disturb) => {
    await new DynamoDbRevokedGrantStore(disturb(dynamoDb.client), table).addRevokedGrants(['a'], UNTIL, NOW);
    await new DynamoDbKeyRingStore(dynamoDb.client, table).replaceKeyRing(ring, undefined);
    expect((await fetched())?.revoked).toEqual({ version: 1, grants: { a: UNTIL }, expiresAt: UNTIL });
  });

  it('A30: the list neither changes the key ring nor its version', async () => {
    const rings = new DynamoDbKeyRingStore(dynamoDb.client, table);
    await rings.replaceKeyRing(ring, undefined);
    await new DynamoDbRevokedGrantStore(dynamoDb.client, table).addRevokedGrants(['a'], UNTIL, NOW);
    expect(await rings.readLatestKeyRing()).toEqual(ring);
    expect(await rings.replaceKeyRing({ ...ring, version: 2 }, ring.version)).toBe('replaced');
  });

  it.each(['writes', 'everything'] as const)('#217, A30: while %s fail, the list is unavailable', async (kind) => {
    const store = new DynamoDbRevokedGrantStore(failing(dynamoDb.client, kind), table);
    await expect(store.addRevokedGrants(['a'], UNTIL, NOW)).rejects.toThrow(UnavailableError);
  });

  it('A30: the authorizer reads the status of one grant, and nothing of its user', async () => {
    const tableName = await dynamoDb.createGrantsTable();
    const grants = new DynamoDbGrantStore(dynamoDb.client, tableName);
    const grant = testGrant({ grantId: newId() });
    await grants.createGrant(grant);
    const answers: unknown[] = [];
    const spying: typeof fetch = async (...call) => {
      const response = await fetch(...call);
      answers.push(await response.clone().json());
      return response;
    };
    const read = grantStatusFetch({ ...CREDENTIALS, endpoint: dynamoDb.endpoint, tableName, fetch: spying });
    expect(await read(grant.grantId)).toBe('issued');
    expect(answers).toEqual([
      { Item: { grantId: { S: grant.grantId }, status: { S: 'issued' }, schemaVersion: { N: '1' } } },
    ]);
    await grants.revokeGrant(grant.grantId);
    expect(await read(grant.grantId)).toBe('revoked');
    expect(await read(newId())).toBeUndefined();
  });
});
