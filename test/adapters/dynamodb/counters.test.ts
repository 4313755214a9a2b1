import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { dynamoDbCounterStore } from '../../../lambdas/runtime/adapters/dynamodb/counter-store.ts';
import type { CounterStore } from '../../../lambdas/runtime/ports/index.ts';
import { dynamoDbImplementations, type TestDynamoDb } from '../../support/dynamodb.ts';

const RUNTIME = { region: 'us-east-1', accessKeyId: 'test', secretAccessKey: 'test' };

describe.each(dynamoDbImplementations())('Counters in %s', (_name, open) => {
  let dynamoDb: TestDynamoDb;
  let tableName: string;
  let store: CounterStore;
  beforeAll(async () => {
    dynamoDb = await open();
    tableName = await dynamoDb.createTable('counterId');
    store = dynamoDbCounterStore({ ...RUNTIME, endpoint: dynamoDb.endpoint, tableName, attemptTimeoutMs: 60_000 });
  });
  afterAll(() => dynamoDb.close());

  it('start at one, separately for each key', async () => {
    expect([await store.increment('a', 60), await store.increment('a', 60), await store.increment('b', 60)]).toEqual([
      1, 2, 1,
    ]);
  });

  it('are exact with parallel callers', async () => {
    const counts = await Promise.all(Array.from({ length: 50 }, () => store.increment('parallel', 60)));
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('are one row each, with a TTL and without the key that they count', async () => {
    await store.increment('row', 1_800_000_060);
    const { Item } = await dynamoDb.client.send(
      new GetItemCommand({ TableName: tableName, Key: { counterId: { S: 'row' } } }),
    );
    expect(Item).toEqual({
      counterId: { S: 'row' },
      count: { N: '1' },
      expiresAt: { N: '1800000060' },
      schemaVersion: { N: '1' },
    });
  });
});

describe('A fault of the counters', () => {
  it('is reported after one attempt', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(400).end('{"__type":"ThrottlingException"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const store = dynamoDbCounterStore({ ...RUNTIME, endpoint, tableName: 'Counters' });
    await expect(store.increment('a', 60)).rejects.toThrow(UnavailableError);
    expect(asked).toBe(1);
    await new Promise((resolve) => server.close(resolve));
    await expect(store.increment('a', 60)).rejects.toThrow(UnavailableError);
  });

  it('ends after a timeout when no response comes', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const store = dynamoDbCounterStore({ ...RUNTIME, endpoint, tableName: 'Counters' });
    await expect(store.increment('a', 60)).rejects.toThrow(UnavailableError);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
