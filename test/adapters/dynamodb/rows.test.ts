import { GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { newId } from '../../../lambdas/core/crypto.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { DynamoDbClientAssertionStore } from '../../../lambdas/runtime/adapters/dynamodb/client-assertion-store.ts';
import { DynamoDbClientStore } from '../../../lambdas/runtime/adapters/dynamodb/client-store.ts';
import { DynamoDbConsentStore } from '../../../lambdas/runtime/adapters/dynamodb/consent-store.ts';
import { DynamoDbGrantStore } from '../../../lambdas/runtime/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../../../lambdas/runtime/adapters/dynamodb/key-ring-store.ts';
import { DynamoDbTransactionStore } from '../../../lambdas/runtime/adapters/dynamodb/transaction-store.ts';
import { startDynalite, type TestDynamoDb } from '../../support/dynamodb.ts';
import { NOW, redeemedGrant, testClient, testGrant, testTransaction } from '../../support/memory/records.ts';
import { FIRST } from './first-version-rows.ts';

// Rows that this version did not write: those of the previous and the next version, and malformed ones.

type Item = NonNullable<PutItemCommand['input']['Item']>;

let db: TestDynamoDb;
const tables = { clients: '', grants: '', transactions: '', keys: '' };
beforeAll(async () => {
  db = await startDynalite();
  tables.clients = await db.createTable('clientId');
  tables.grants = await db.createTable('grantId');
  tables.transactions = await db.createTable('transactionId');
  tables.keys = await db.createTable('id');
});
afterAll(() => db.close());

const put = (TableName: string, item: object) => db.client.send(new PutItemCommand({ TableName, Item: item as Item }));
const rowOf = async (TableName: string, Key: Item): Promise<Item> =>
  (await db.client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item ?? {};

const clients = () => new DynamoDbClientStore(db.client, tables.clients);
const grants = () => new DynamoDbGrantStore(db.client, tables.grants);
const transactions = () => new DynamoDbTransactionStore(db.client, tables.transactions);

const MARKS = { operationId: { S: 'operation' }, schemaVersion: { N: '1' } };
/** Attributes that a later version may add without a new schema version, because this version can ignore them. */
const ADDED_LATER = { addedLater: { M: { by: { L: [{ S: 'the next version' }] } } } };

describe.each([
  ['former', MARKS],
  ['next', { ...MARKS, ...ADDED_LATER }],
])('#228 a flow that started on the %s version', (_which, marks) => {
  it('continues with its transaction, and keeps unknown attributes', async () => {
    await put(tables.transactions, { ...FIRST.transaction, ...marks });
    const id = FIRST.transaction.transactionId.S;
    const expected = { identityProviderId: 'company', leg: 1, now: NOW };
    expect(await transactions().takeForExchange(id, expected)).toMatchObject({
      status: 'exchanging',
      request: { scopes: ['mcp'] },
    });
    expect(await transactions().releaseForRetry(id, 1)).toMatchObject({ status: 'approved', leg: 2 });
    const row = await rowOf(tables.transactions, { transactionId: { S: id } });
    expect(row).toMatchObject({ ...marks, operationId: expect.anything(), leg: { N: '2' } });
  });

  it('continues with its grant: code, refresh, revocation', async () => {
    await put(tables.grants, { ...FIRST.grant, ...marks });
    const id = FIRST.grant.grantId.S;
    const { grant: other, first } = redeemedGrant();
    const found = await grants().findGrant(id, NOW);
    if (!found) throw new Error('the grant is gone');
    const redemption = { clientAuthMethod: 'none', family: first.family, expiresAt: other.expiresAt } as const;
    expect(await grants().redeemCode(found, redemption)).toBe('redeemed');
    const redeemed = await grants().findGrant(id, NOW);
    if (!redeemed) throw new Error('the grant is gone');
    const successor = { ...first.family, generation: 2, generationSecretHash: 'next' };
    expect(await grants().rotateRefreshToken(redeemed, successor, other.expiresAt)).toBe('rotated');
    await grants().revokeGrant(id);
    const row = await rowOf(tables.grants, { grantId: { S: id } });
    expect(row).toMatchObject({ ...marks, operationId: expect.anything(), status: { S: 'revoked' } });
  });

  it('finds its client, and the key ring', async () => {
    await put(tables.clients, { ...FIRST.client, ...marks });
    await put(tables.keys, { ...FIRST.ring, ...marks });
    expect(await clients().findClient(FIRST.client.clientId.S, NOW)).toMatchObject({ clientName: 'A test client' });
    const ring = await new DynamoDbKeyRingStore(db.client, tables.keys).readLatestKeyRing();
    expect(ring).toMatchObject({
      version: 3,
      keys: [{ kid: 'k', state: 'active' }],
      notBefore: { subjects: { alice: 5 } },
    });
  });
});

/** Rows as after an operator's mistake, a damaged copy, or an unknown version. */
const GARBAGE: readonly (readonly [what: string, change: (row: Item) => object])[] = [
  ['nothing but its key', () => ({})],
  ['no version', ({ schemaVersion: _, ...row }) => row],
  ['a future version', (row) => ({ ...row, schemaVersion: { N: '2' } })],
  ['a version in words', (row) => ({ ...row, schemaVersion: { S: '1' } })],
  ['a binary', (row) => ({ ...row, addedLater: { B: new Uint8Array([0, 255]) } })],
  ['a set', (row) => ({ ...row, addedLater: { SS: ['x'] } })],
  ['its version alone', () => ({ schemaVersion: { N: '1' } })],
  [
    'texts for everything',
    (row) =>
      Object.fromEntries(Object.keys(row).map((name) => [name, name === 'schemaVersion' ? row[name] : { S: 'x' }])),
  ],
  [
    'nulls for everything',
    (row) =>
      Object.fromEntries(Object.keys(row).map((name) => [name, name === 'schemaVersion' ? row[name] : { NULL: true }])),
  ],
  ['numbers in its lists and maps', (row) => ({ ...row, ...deepNumbers(row) })],
];

describe('#228 a row of a future version', () => {
  const later = { schemaVersion: { N: '2' } };

  it('is not changed by a decision of this version', async () => {
    const grant = testGrant();
    const Key = { grantId: { S: grant.grantId } };
    await grants().createGrant(grant);
    await put(tables.grants, { ...(await rowOf(tables.grants, Key)), ...later });
    const before = await rowOf(tables.grants, Key);
    await expect(grants().redeemCode(grant, { expiresAt: NOW + 9 })).rejects.toThrow(UnavailableError);
    expect(await rowOf(tables.grants, Key)).toEqual(before);
  });

  it('can be revoked, and keeps its version', async () => {
    const grant = testGrant();
    const Key = { grantId: { S: grant.grantId } };
    await grants().createGrant(grant);
    await put(tables.grants, { ...(await rowOf(tables.grants, Key)), ...later });
    await grants().revokeGrant(grant.grantId);
    expect(await rowOf(tables.grants, Key)).toMatchObject({ ...later, status: { S: 'revoked' } });
  });
});

const deepNumbers = (row: Item): object =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]): [string, object] => {
      if (value.L) return [name, { L: [{ N: '7' }] }];
      return [name, value.M ? { M: { x: { N: '7' } } } : value];
    }),
  );

describe.each(GARBAGE)('#231 a row with %s', (_what, change) => {
  /** Spoils a good row. */
  const spoil = async (TableName: string, Key: Item) => {
    const row = await rowOf(TableName, Key);
    await put(TableName, { ...change(row), ...Key });
  };

  it('of a client is unavailable, and other clients are found', async () => {
    const [spoilt, good] = [testClient(), testClient()];
    for (const client of [spoilt, good]) await clients().putClient(client);
    await spoil(tables.clients, { clientId: { S: spoilt.clientId } });
    await expect(clients().findClient(spoilt.clientId, NOW)).rejects.toThrow(UnavailableError);
    expect(await clients().findClient(good.clientId, NOW)).toEqual(good);
  });

  it('of a grant is unavailable, and never redeemed, rotated or reported as missing', async () => {
    const spoilt = testGrant();
    await grants().createGrant(spoilt);
    await spoil(tables.grants, { grantId: { S: spoilt.grantId } });
    await expect(grants().findGrant(spoilt.grantId, NOW)).rejects.toThrow(UnavailableError);
    const redeeming = grants().redeemCode(spoilt, { clientAuthMethod: 'none', expiresAt: NOW + 9 });
    await expect(redeeming).rejects.toThrow(UnavailableError);
  });

  it('of a transaction is unavailable, and other transactions continue', async () => {
    const [spoilt, good] = [testTransaction(), testTransaction()];
    for (const each of [spoilt, good]) await transactions().approve(each);
    await spoil(tables.transactions, { transactionId: { S: spoilt.transactionId } });
    const expected = { identityProviderId: 'company', leg: 1, now: NOW };
    await expect(transactions().takeForExchange(spoilt.transactionId, expected)).rejects.toThrow(UnavailableError);
    expect(await transactions().takeForExchange(good.transactionId, expected)).toMatchObject({ status: 'exchanging' });
  });

  it('of the key ring is unavailable until it is repaired', async () => {
    const Key = { id: { S: 'ring' } };
    await put(tables.keys, { ...FIRST.ring, ...MARKS });
    await spoil(tables.keys, Key);
    const store = new DynamoDbKeyRingStore(db.client, tables.keys);
    await expect(store.readLatestKeyRing()).rejects.toThrow(UnavailableError);
    await put(tables.keys, { ...FIRST.ring, ...MARKS });
    expect(await store.readLatestKeyRing()).toMatchObject({ version: 3 });
  });

  it('of a used assertion is not taken for an unused one', async () => {
    const table = await db.createTable('assertionId');
    const store = new DynamoDbClientAssertionStore(db.client, table, () => NOW);
    const [clientId, jti] = [newId(), newId()];
    expect(await store.useOnce(clientId, jti, NOW + 60)).toBe(true);
    const { Items: [item] = [] } = await db.client.send(new ScanCommand({ TableName: table }));
    if (!item?.assertionId) throw new Error('the assertion left no row');
    await spoil(table, { assertionId: item.assertionId });
    const again = await store.useOnce(clientId, jti, NOW + 60).catch((error: unknown) => error);
    expect(again === false || again instanceof UnavailableError).toBe(true);
  });
});

describe('#231 a malformed row', () => {
  it('of the upstream session is unavailable, and not treated as missing', async () => {
    const spoilt = testGrant();
    await grants().createGrant(spoilt);
    const row = await rowOf(tables.grants, { grantId: { S: spoilt.grantId } });
    await put(tables.grants, { ...row, upstream: { M: { version: { N: '1' }, checkedAt: { S: 'yesterday' } } } });
    await expect(grants().findGrant(spoilt.grantId, NOW)).rejects.toThrow(UnavailableError);
  });

  it('of remembered consents is unavailable', async () => {
    const table = await db.createTable('subject');
    const row = { version: { N: '1' }, expiresAt: { N: String(NOW + 9) }, ...MARKS };
    await put(table, { subject: { S: 'ada' }, consents: { M: { c: { M: { clientId: { S: 'x' } } } } }, ...row });
    await expect(new DynamoDbConsentStore(db.client, table).findConsents('ada', NOW)).rejects.toThrow(UnavailableError);
  });
});
