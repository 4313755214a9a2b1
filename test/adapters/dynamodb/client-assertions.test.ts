import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { ClientAssertionStore } from '../../../lambdas/core/clients/assertion.ts';
import { newId } from '../../../lambdas/core/crypto.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { DynamoDbClientAssertionStore } from '../../../lambdas/runtime/adapters/dynamodb/client-assertion-store.ts';
import {
  counting,
  dynamoDbImplementations,
  failing,
  losingReplies,
  retrying,
  startDynalite,
  type TestDynamoDb,
} from '../../support/dynamodb.ts';
import { MemoryClientAssertionStore } from '../../support/memory/memory-stores.ts';
import { NOW } from '../../support/memory/records.ts';

const clock = { now: NOW };
const now = () => clock.now;
beforeEach(() => {
  clock.now = NOW;
});

const contract = (open: () => Promise<{ store: ClientAssertionStore; close: () => Promise<void> }>) => {
  let store: ClientAssertionStore;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ store, close } = await open());
  });
  afterAll(() => close());

  it('#202 RFC 7523 §3: a jti is good once, for each client by itself', async () => {
    const jti = newId();
    expect(await store.useOnce('client-1', jti, NOW + 60)).toBe(true);
    expect(await store.useOnce('client-1', jti, NOW + 60)).toBe(false);
    expect(await store.useOnce('client-2', jti, NOW + 60)).toBe(true);
    expect(await store.useOnce('client-1', `${jti}x`, NOW + 60)).toBe(true);
  });

  it('exactly one of several parallel callers wins', async () => {
    const jti = newId();
    const answers = await Promise.all(Array.from({ length: 10 }, () => store.useOnce('client-1', jti, NOW + 60)));
    expect(answers.filter((isFirst) => isFirst)).toHaveLength(1);
  });

  it('is remembered until the assertion has expired, and no longer', async () => {
    const jti = newId();
    await store.useOnce('client-1', jti, NOW + 60);
    clock.now = NOW + 60;
    expect(await store.useOnce('client-1', jti, NOW + 120)).toBe(false);
    clock.now = NOW + 61;
    expect(await store.useOnce('client-1', jti, NOW + 120)).toBe(true);
    expect(await store.useOnce('client-1', jti, NOW + 120)).toBe(false);
  });

  it('keeps pairs apart that would join to the same text', async () => {
    const jti = newId();
    expect(await store.useOnce('client:1', jti, NOW + 60)).toBe(true);
    expect(await store.useOnce('client', `:1${jti}`, NOW + 60)).toBe(true);
    expect(await store.useOnce('https://client.example.com/ä', '𝄞'.repeat(255), NOW + 60)).toBe(true);
  });
};

describe('ClientAssertionStore in memory', () =>
  contract(async () => ({ store: new MemoryClientAssertionStore(now), close: async () => {} })));

describe.each(dynamoDbImplementations())('ClientAssertionStore in %s', (_name, start) =>
  contract(async () => {
    const dynamoDb = await start();
    const store = new DynamoDbClientAssertionStore(dynamoDb.client, await dynamoDb.createTable('assertionId'), now);
    return { store, close: () => dynamoDb.close() };
  }),
);

describe('ClientAssertionStore in DynamoDB', () => {
  let dynamoDb: TestDynamoDb;
  let table: string;
  beforeAll(async () => {
    dynamoDb = await startDynalite();
    table = await dynamoDb.createTable('assertionId');
  });
  afterAll(() => dynamoDb.close());

  const storeOver = (client = dynamoDb.client) => new DynamoDbClientAssertionStore(client, table, now);

  it('#218: our own retry or a lost reply is not a replay', async () => {
    expect(await storeOver(retrying(dynamoDb.client)).useOnce('c', newId(), NOW + 60)).toBe(true);
    const jti = newId();
    expect(await storeOver(losingReplies(dynamoDb.client)).useOnce('c', jti, NOW + 60)).toBe(true);
    expect(await storeOver().useOnce('c', jti, NOW + 60)).toBe(false);
  });

  it('#67: an unknown outcome is unavailable, but a use by another request is a replay', async () => {
    const jti = newId();
    for (const kind of ['writes', 'everything'] as const) {
      const failed = storeOver(failing(dynamoDb.client, kind));
      await expect(failed.useOnce('c', jti, NOW + 60)).rejects.toThrow(UnavailableError);
    }
    expect(await storeOver().useOnce('c', jti, NOW + 60)).toBe(true);
    expect(await storeOver(failing(dynamoDb.client, 'writes')).useOnce('c', jti, NOW + 60)).toBe(false);
  });

  it('costs one write, and one more read only if the write fails', async () => {
    const { client, calls } = counting(dynamoDb.client);
    const jti = newId();
    await storeOver(client).useOnce('c', jti, NOW + 60);
    expect(calls).toEqual(['PutItemCommand']);
    await storeOver(client).useOnce('c', jti, NOW + 60);
    expect(calls).toEqual(['PutItemCommand', 'PutItemCommand', GetItemCommand.name]);
  });

  it('a row contains neither the client nor the jti', async () => {
    const { Items = [] } = await dynamoDb.client.send(new ScanCommand({ TableName: table }));
    for (const item of Items) {
      expect(Object.keys(item).sort()).toEqual(['assertionId', 'expiresAt', 'operationId', 'schemaVersion']);
      expect(item.assertionId?.S).toMatch(/^[A-Za-z0-9_-]{43}$/);
    }
  });
});
