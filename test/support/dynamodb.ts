import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { SUBJECT_INDEX } from '../../lambdas/core/grants/grant.ts';

type Dynalite = (options: { createTableMs: number }) => Server;
const dynalite: Dynalite = createRequire(import.meta.url)('dynalite');

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface TestDynamoDb {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  /** Creates a table with one string key and returns its name. */
  createTable(keyName: string): Promise<string>;
  /** Creates a table with the schema and index of the grants table, and returns its name. */
  createGrantsTable(): Promise<string>;
  close(): Promise<void>;
}

let tableCount = 0;

const testDynamoDb = (endpoint: string, close: () => Promise<void>): TestDynamoDb => {
  const client = new DynamoDBClient({ maxAttempts: 2, endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  const create = async (definition: Omit<CreateTableCommandInput, 'TableName' | 'BillingMode'>): Promise<string> => {
    tableCount += 1;
    const TableName = `contract-${process.pid}-${Date.now()}-${tableCount}`;
    await client.send(new CreateTableCommand({ ...definition, TableName, BillingMode: 'PAY_PER_REQUEST' }));
    await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 0.02, maxDelay: 0.5 }, { TableName });
    return TableName;
  };
  return {
    endpoint,
    client,
    createTable: (keyName) =>
      create({
        AttributeDefinitions: [{ AttributeName: keyName, AttributeType: 'S' }],
        KeySchema: [{ AttributeName: keyName, KeyType: 'HASH' }],
      }),
    createGrantsTable: () =>
      create({
        AttributeDefinitions: [
          { AttributeName: 'grantId', AttributeType: 'S' },
          { AttributeName: 'subject', AttributeType: 'S' },
          { AttributeName: 'issuedAt', AttributeType: 'N' },
        ],
        KeySchema: [{ AttributeName: 'grantId', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: SUBJECT_INDEX,
            KeySchema: [
              { AttributeName: 'subject', KeyType: 'HASH' },
              { AttributeName: 'issuedAt', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      }),
    close: async () => {
      client.destroy();
      await close();
    },
  };
};

/** dynalite in this process, on a free port. */
export const startDynalite = async (): Promise<TestDynamoDb> => {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return testDynamoDb(`http://127.0.0.1:${port}`, () => new Promise((resolve) => server.close(() => resolve())));
};

/** A DynamoDB that already runs. */
export const connectDynamoDb = async (endpoint: string): Promise<TestDynamoDb> =>
  testDynamoDb(endpoint, async () => {});

/** The endpoint of another DynamoDB, if one was started for the tests. */
export const DYNAMODB_ENDPOINT = process.env.DYNAMODB_ENDPOINT;

/** Every DynamoDB implementation that the contract suites can reach. Prints the ones that they cannot. */
export const dynamoDbImplementations = (): readonly (readonly [string, () => Promise<TestDynamoDb>])[] => {
  if (DYNAMODB_ENDPOINT === undefined) {
    process.stdout.write(
      'Contract of the stores: tested against dynalite alone, because DYNAMODB_ENDPOINT is not set. ' +
        'npm run trial-deployment tests it against MiniStack, too\n',
    );
    return [['dynalite', startDynalite]];
  }
  const endpoint = DYNAMODB_ENDPOINT;
  return [
    ['dynalite', startDynalite],
    ['DYNAMODB_ENDPOINT', () => connectDynamoDb(endpoint)],
  ];
};

type Send = (command: { readonly constructor: { readonly name: string } }) => Promise<unknown>;

const timeout = (): Error => Object.assign(new Error('the reply was lost'), { name: 'TimeoutError' });

const withSend = (client: DynamoDBClient, wrap: (send: Send) => Send): DynamoDBClient => {
  const send = wrap((command) => client.send(command as never));
  return { send } as unknown as DynamoDBClient;
};

const isWrite = (command: { readonly constructor: { readonly name: string } }): boolean =>
  /^(Put|Update|Delete)ItemCommand$/.test(command.constructor.name);

/** Applies the next `count` writes and loses their replies (catalogue #218). */
export const losingReplies = (client: DynamoDBClient, count = 1): DynamoDBClient => {
  let left = count;
  return withSend(client, (send) => async (command) => {
    const answer = await send(command);
    if (!isWrite(command) || left === 0) return answer;
    left -= 1;
    throw timeout();
  });
};

/** Sends every write twice, as an SDK does whose first attempt was applied and went unanswered. */
export const retrying = (client: DynamoDBClient): DynamoDBClient =>
  withSend(client, (send) => async (command) => {
    if (isWrite(command)) await send(command);
    return send(command);
  });

/** Fails every call of a kind and applies none. */
export const failing = (client: DynamoDBClient, kind: 'writes' | 'everything'): DynamoDBClient =>
  withSend(client, (send) => async (command) => {
    if (kind === 'everything' || isWrite(command)) {
      throw Object.assign(new Error('slow down'), { name: 'ProvisionedThroughputExceededException' });
    }
    return send(command);
  });

/** Counts the calls by command name. */
export const counting = (client: DynamoDBClient): { client: DynamoDBClient; calls: string[] } => {
  const calls: string[] = [];
  const counted = withSend(client, (send) => (command) => {
    calls.push(command.constructor.name);
    return send(command);
  });
  return { client: counted, calls };
};
