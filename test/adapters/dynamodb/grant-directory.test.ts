import { type DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { newId } from '../../../lambdas/core/crypto.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { DynamoDbGrantDirectory } from '../../../lambdas/runtime/adapters/dynamodb/grant-directory.ts';
import { DynamoDbGrantStore } from '../../../lambdas/runtime/adapters/dynamodb/grant-store.ts';
import type { GrantDirectory, GrantEraser, GrantStore } from '../../../lambdas/runtime/ports/index.ts';
import {
  counting,
  dynamoDbImplementations,
  failing,
  startDynalite,
  type TestDynamoDb,
} from '../../support/dynamodb.ts';
import { MemoryGrantStore } from '../../support/memory/memory-grant-store.ts';
import { NOW, redeemedGrant, testGrant } from '../../support/memory/records.ts';

type Store = GrantStore & GrantDirectory & GrantEraser;

const contract = (open: () => Promise<{ store: Store; close: () => Promise<void> }>) => {
  let store: Store;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ store, close } = await open());
  });
  afterAll(() => close());

  it('lists all grants of one user and of no other user, newest first', async () => {
    const [ada, bob] = [newId(), newId()];
    const grants = [3, 1, 2].map((age) => testGrant({ subject: ada, issuedAt: NOW - age }));
    const others = [testGrant({ subject: bob }), testGrant({ subject: `${ada}2` })];
    for (const grant of [...grants, ...others]) await store.createGrant(grant);
    expect(await store.grantsOfSubject(ada, NOW)).toEqual([grants[1], grants[2], grants[0]]);
    expect(await store.grantsOfSubject(bob, NOW)).toEqual([others[0]]);
    expect(await store.grantsOfSubject('unknown', NOW)).toEqual([]);
  });

  it('lists each grant of the same second once', async () => {
    const subject = newId();
    const grants = Array.from({ length: 60 }, () => testGrant({ subject }));
    await Promise.all(grants.map((grant) => store.createGrant(grant)));
    const listed = await store.grantsOfSubject(subject, NOW);
    expect(listed.map(({ grantId }) => grantId).sort()).toEqual(grants.map(({ grantId }) => grantId).sort());
  });

  it('lists revoked grants, but not expired ones', async () => {
    const subject = newId();
    const [revoked, expired] = [testGrant({ subject }), testGrant({ subject, expiresAt: NOW })];
    for (const grant of [revoked, expired]) await store.createGrant(grant);
    await store.revokeGrant(revoked.grantId);
    expect(await store.grantsOfSubject(subject, NOW)).toEqual([{ ...revoked, status: 'revoked' }]);
    expect(await store.grantsOfSubject(subject, NOW - 1)).toHaveLength(2);
  });

  it('#238 deletes all grants of one user, even expired and revoked ones, and of no other user', async () => {
    const [ada, bob] = [newId(), newId()];
    const grants = [testGrant({ subject: ada }), testGrant({ subject: ada, expiresAt: NOW - 1 })];
    const other = testGrant({ subject: bob });
    for (const grant of [...grants, other]) await store.createGrant(grant);
    await store.revokeGrant(grants[0]?.grantId ?? '');
    expect(await store.deleteGrantsOfSubject(ada)).toBe(2);
    expect(await store.grantsOfSubject(ada, 0)).toEqual([]);
    expect(await store.deleteGrantsOfSubject(ada)).toBe(0);
    expect(await store.grantsOfSubject(bob, NOW)).toEqual([other]);
  });

  it('#238 a request that had loaded a deleted grant cannot write it again', async () => {
    const subject = newId();
    const grant = testGrant({ subject });
    const { grant: redeemed, first } = redeemedGrant({ subject });
    for (const each of [grant, redeemed]) await store.createGrant(each);
    await store.deleteGrantsOfSubject(subject);
    expect(await store.redeemCode(grant, { clientAuthMethod: 'none', expiresAt: NOW + 9 })).toBe('lost');
    expect(await store.rotateRefreshToken(redeemed, first.family, NOW + 9)).toEqual({ lost: undefined });
    await store.revokeGrant(grant.grantId);
    expect(await store.grantsOfSubject(subject, 0)).toEqual([]);
  });
};

/** The directory, and the store in which its grants are created. */
const open = (db: TestDynamoDb, tableName: string): Store => {
  const store = new DynamoDbGrantStore(db.client, tableName);
  const directory = new DynamoDbGrantDirectory(db.client, tableName);
  return Object.assign(store, {
    grantsOfSubject: directory.grantsOfSubject.bind(directory),
    deleteGrantsOfSubject: directory.deleteGrantsOfSubject.bind(directory),
  });
};

describe.each(dynamoDbImplementations())('Grants by user on %s', (_, start) => {
  contract(async () => {
    const db = await start();
    return { store: open(db, await db.createGrantsTable()), close: () => db.close() };
  });
});

describe('Grants by user in memory', () => {
  contract(async () => ({ store: new MemoryGrantStore(), close: async () => {} }));
});

/** The same client with other responses to some commands. */
const answering = (
  client: DynamoDBClient,
  answer: (command: object, send: (command: object) => Promise<unknown>) => Promise<unknown>,
): DynamoDBClient => {
  const send = (command: object) => client.send(command as never);
  return { send: (command: object) => answer(command, send) } as unknown as DynamoDBClient;
};

describe('DynamoDB grant directory', () => {
  let db: TestDynamoDb;
  let tableName: string;
  beforeAll(async () => {
    db = await startDynalite();
    tableName = await db.createGrantsTable();
  });
  afterAll(() => db.close());

  it('follows the index from page to page', async () => {
    const subject = newId();
    const store = new DynamoDbGrantStore(db.client, tableName);
    for (let age = 0; age < 5; age += 1) await store.createGrant(testGrant({ subject, issuedAt: NOW - age }));
    // The former page says where the next one starts. A page has two keys here, and up to a megabyte in AWS.
    const smallPages = answering(db.client, (command, send) =>
      send(command instanceof QueryCommand ? new QueryCommand({ ...command.input, Limit: 2 }) : command),
    );
    const { client, calls } = counting(smallPages);
    const listed = await new DynamoDbGrantDirectory(client, tableName).grantsOfSubject(subject, NOW);
    expect(calls.filter((name) => name === 'QueryCommand')).toHaveLength(3);
    expect(listed.map(({ issuedAt }) => NOW - issuedAt)).toEqual([0, 1, 2, 3, 4]);
  });

  it('makes no decision from the index: a key without a row is left out', async () => {
    const subject = newId();
    const store = new DynamoDbGrantStore(db.client, tableName);
    const grants = [testGrant({ subject }), testGrant({ subject })];
    for (const grant of grants) await store.createGrant(grant);
    const lagging = answering(db.client, async (command, send) => {
      const isGone = command instanceof GetItemCommand && command.input.Key?.grantId?.S === grants[0]?.grantId;
      return isGone ? {} : send(command);
    });
    const listed = await new DynamoDbGrantDirectory(lagging, tableName).grantsOfSubject(subject, NOW);
    expect(listed).toEqual([grants[1]]);
  });

  it('a fault of the index is unavailable', async () => {
    const directory = new DynamoDbGrantDirectory(failing(db.client, 'everything'), tableName);
    await expect(directory.grantsOfSubject('ada', NOW)).rejects.toThrow(UnavailableError);
  });

  it('refuses a row of a newer version', async () => {
    const subject = newId();
    const row = { grantId: { S: newId() }, subject: { S: subject }, issuedAt: { N: '1' }, schemaVersion: { N: '99' } };
    await db.client.send(new PutItemCommand({ TableName: tableName, Item: row }));
    const reading = new DynamoDbGrantDirectory(db.client, tableName).grantsOfSubject(subject, NOW);
    const fault = await reading.catch((error: unknown) => error);
    expect(String((fault as Error).cause)).toContain('schema version 99');
  });

  it('#231 #238 deletes even a malformed row', async () => {
    const subject = newId();
    const row = { grantId: { S: newId() }, subject: { S: subject }, issuedAt: { N: '1' }, schemaVersion: { S: 'x' } };
    await db.client.send(new PutItemCommand({ TableName: tableName, Item: row }));
    expect(await new DynamoDbGrantDirectory(db.client, tableName).deleteGrantsOfSubject(subject)).toBe(1);
  });
});
