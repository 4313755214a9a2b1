import { newId } from '../../../lambdas/core/crypto.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { DynamoDbTransactionStore } from '../../../lambdas/runtime/adapters/dynamodb/transaction-store.ts';
import type { TransactionStore } from '../../../lambdas/runtime/ports/index.ts';
import {
  counting,
  dynamoDbImplementations,
  failing,
  losingReplies,
  retrying,
  startDynalite,
  type TestDynamoDb,
} from '../../support/dynamodb.ts';
import { MemoryTransactionStore } from '../../support/memory/memory-stores.ts';
import { NOW, testTransaction } from '../../support/memory/records.ts';

const EXPECTED = { identityProviderId: 'company', leg: 1, now: NOW };

const contract = (open: () => Promise<{ store: TransactionStore; close: () => Promise<void> }>) => {
  let store: TransactionStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ store, close } = await open());
  });
  afterAll(() => close());

  const approved = async (overrides: Parameters<typeof testTransaction>[0] = {}) => {
    const transaction = testTransaction(overrides);
    expect(await store.approve(transaction)).toEqual(transaction);
    return transaction;
  };

  it('#131: the same form sent twice is the same transaction', async () => {
    const transaction = await approved();
    expect(await store.approve(transaction)).toEqual(transaction);
  });

  it('#144: a second approval does not extend its lifetime', async () => {
    const transaction = await approved();
    const later = { ...transaction, expiresAt: transaction.expiresAt + 600 };
    expect(await store.approve(later)).toEqual(transaction);
  });

  it('A38: a denied form cannot be approved, and an approved one cannot be denied, in any state', async () => {
    const denied = testTransaction();
    expect(await store.deny(denied.transactionId, NOW + 600)).toBe('denied');
    expect(await store.approve(denied)).toBe('used');
    expect(await store.takeForExchange(denied.transactionId, EXPECTED)).toBe('gone');
    expect(await store.deny(denied.transactionId, NOW + 600)).toBe('denied');

    const { transactionId } = await approved();
    expect(await store.deny(transactionId, NOW + 600)).toBe('used');
    await store.takeForExchange(transactionId, EXPECTED);
    expect(await store.deny(transactionId, NOW + 600)).toBe('used');
  });

  it('A38: when a form is approved and denied at once, one answer counts, in 20 rounds', async () => {
    for (let round = 0; round < 20; round += 1) {
      const transaction = testTransaction();
      const deny = () => store.deny(transaction.transactionId, NOW + 600);
      const approve = () => store.approve(transaction);
      const outcomes = await Promise.all(
        [deny, approve, deny, approve].map(async (answer, at) => ({ at, outcome: await answer() })),
      );
      const counted = outcomes.filter(({ outcome }) => outcome !== 'used').map(({ at }) => at);
      expect([
        [0, 2],
        [1, 3],
      ]).toContainEqual(counted);
    }
  });

  it('the latest choice of a provider on the same form is used', async () => {
    const transaction = await approved();
    const other = { ...transaction, identityProviderId: 'other' };
    expect(await store.approve(other)).toEqual(other);
    expect(await store.takeForExchange(transaction.transactionId, EXPECTED)).toBe('gone');
  });

  it('takes an approved transaction, with everything that was approved', async () => {
    const transaction = await approved();
    const taken = await store.takeForExchange(transaction.transactionId, EXPECTED);
    expect(taken).toEqual({ ...transaction, status: 'exchanging' });
  });

  it('#145: exactly one of 20 parallel callbacks takes it, in 20 rounds', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { transactionId } = await approved();
      const crowd = Array.from({ length: 20 }, () => store.takeForExchange(transactionId, EXPECTED));
      const outcomes = await Promise.all(crowd);
      expect(outcomes.filter((outcome) => outcome === 'used')).toHaveLength(19);
    }
  });

  it('#144: does not take a transaction that is unknown, expired, in another leg or of another provider', async () => {
    const { transactionId } = await approved();
    expect(await store.takeForExchange(newId(), EXPECTED)).toBe('gone');
    expect(await store.takeForExchange(transactionId, { ...EXPECTED, now: NOW + 600 })).toBe('gone');
    expect(await store.takeForExchange(transactionId, { ...EXPECTED, leg: 2 })).toBe('gone');
    expect(await store.takeForExchange(transactionId, { ...EXPECTED, identityProviderId: 'other' })).toBe('gone');
    expect(await store.takeForExchange(transactionId, EXPECTED)).toMatchObject({ status: 'exchanging' });
  });

  it('a seal cannot be used again after its transaction was taken', async () => {
    const transaction = await approved();
    await store.takeForExchange(transaction.transactionId, EXPECTED);
    expect(await store.approve(transaction)).toBe('used');
    expect(await store.takeForExchange(transaction.transactionId, EXPECTED)).toBe('used');
  });

  it('returns for another leg, which the same form uses', async () => {
    const transaction = await approved();
    const { transactionId } = transaction;
    await store.takeForExchange(transactionId, EXPECTED);
    expect(await store.releaseForRetry(transactionId, 1)).toEqual({ ...transaction, leg: 2 });
    expect(await store.approve(transaction)).toEqual({ ...transaction, leg: 2 });
    expect(await store.takeForExchange(transactionId, EXPECTED)).toBe('gone');
    expect(await store.takeForExchange(transactionId, { ...EXPECTED, leg: 2 })).toMatchObject({ leg: 2 });
  });

  it('is released once, and only by the request that took it', async () => {
    const { transactionId } = await approved();
    await expect(store.releaseForRetry(transactionId, 1)).rejects.toThrow(UnavailableError);
    await store.takeForExchange(transactionId, EXPECTED);
    await store.releaseForRetry(transactionId, 1);
    await expect(store.releaseForRetry(transactionId, 1)).rejects.toThrow(UnavailableError);
  });
};

describe('TransactionStore in memory', () =>
  contract(async () => ({ store: new MemoryTransactionStore(), close: async () => {} })));

describe.each(dynamoDbImplementations())('TransactionStore in %s', (_name, start) =>
  contract(async () => {
    const dynamoDb = await start();
    const store = new DynamoDbTransactionStore(dynamoDb.client, await dynamoDb.createTable('transactionId'));
    return { store, close: () => dynamoDb.close() };
  }),
);

describe('TransactionStore in DynamoDB, when replies are lost', () => {
  let dynamoDb: TestDynamoDb;
  let table: string;

  beforeAll(async () => {
    dynamoDb = await startDynalite();
    table = await dynamoDb.createTable('transactionId');
  });
  afterAll(() => dynamoDb.close());

  it.each([
    ['the reply is lost', losingReplies],
    ['the SDK sends the write again', retrying],
  ])('#218: our own write is never mistaken for another request’s: %s', async (_name, disturb) => {
    const disturbed = () => new DynamoDbTransactionStore(disturb(dynamoDb.client), table);
    const transaction = testTransaction();
    const { transactionId } = transaction;
    expect(await disturbed().approve(transaction)).toEqual(transaction);
    expect(await disturbed().takeForExchange(transactionId, EXPECTED)).toMatchObject({ status: 'exchanging' });
    expect(await disturbed().releaseForRetry(transactionId, 1)).toMatchObject({ status: 'approved', leg: 2 });
    expect(await disturbed().deny(testTransaction().transactionId, NOW + 600)).toBe('denied');
  });

  it('#67: a write that did not happen is unavailable, and changes nothing', async () => {
    const transaction = testTransaction();
    const store = new DynamoDbTransactionStore(dynamoDb.client, table);
    await store.approve(transaction);
    const disturbed = new DynamoDbTransactionStore(failing(dynamoDb.client, 'writes'), table);
    await expect(disturbed.takeForExchange(transaction.transactionId, EXPECTED)).rejects.toThrow(UnavailableError);
    expect(await store.takeForExchange(transaction.transactionId, EXPECTED)).toMatchObject({ status: 'exchanging' });
  });

  it('costs one write and no read without faults', async () => {
    const { client, calls } = counting(dynamoDb.client);
    const store = new DynamoDbTransactionStore(client, table);
    const { transactionId } = (await store.approve(testTransaction())) as { transactionId: string };
    await store.takeForExchange(transactionId, EXPECTED);
    await store.releaseForRetry(transactionId, 1);
    await store.deny(testTransaction().transactionId, NOW + 600);
    expect(calls).toEqual(Array.from({ length: 4 }, () => 'UpdateItemCommand'));
  });
});
