import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import dynalite from 'dynalite';
import { Level } from 'level';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION, type ResolvedTemplate, type Resource } from '../resolved-template.ts';
import { validationError } from './aws-error.ts';
import { closeServer, type JsonService, listenOnLoopback, type RawAnswer } from './aws-json-server.ts';
import { lost } from './data-folder.ts';
import { conditionKeys } from './dynamodb-condition-keys.ts';
import { authorizeData, customerKeys, ofType } from './principals.ts';

type Input = Readonly<Record<string, unknown>>;

/** Limit for nested lists and maps (DynamoDB quotas, "nested attribute depth"). */
const MAX_NESTING_LEVELS = 32;
const TABLE_LIMIT_MS = 10_000;
const TABLE_POLL_MS = 5;

export interface DynamoDb {
  readonly service: JsonService;
  /** Names of the tables that this run created. */
  readonly createdTables: readonly string[];
  /** How many tables the template has. */
  readonly tableCount: number;
  close(): Promise<void>;
}

/** The only credential that the database sees, because some emulators keep one database per access key. */
const BACKEND_AUTHORIZATION =
  `AWS4-HMAC-SHA256 Credential=local/20250101/${LOCAL_REGION}/dynamodb/aws4_request, ` +
  `SignedHeaders=host, Signature=${'0'.repeat(64)}`;

const tableArn = (table: unknown): string =>
  String(table).startsWith('arn:')
    ? String(table)
    : `arn:aws:dynamodb:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:table/${String(table)}`;

const ofTable = ({ TableName }: Input): string[] => [tableArn(TableName)];
const ofTableOrIndex = ({ TableName, IndexName }: Input): string[] => [
  IndexName === undefined ? tableArn(TableName) : `${tableArn(TableName)}/index/${String(IndexName)}`,
];
const ofRequestItems = (input: Input): string[] =>
  Object.keys((input.RequestItems ?? {}) as object).map((table) => tableArn(table));

/** The supported actions, with the resources for which IAM is evaluated. */
const RESOURCES_OF_ACTION: Readonly<Record<string, (input: Input) => string[]>> = {
  GetItem: ofTable,
  PutItem: ofTable,
  UpdateItem: ofTable,
  DeleteItem: ofTable,
  Query: ofTableOrIndex,
  Scan: ofTableOrIndex,
  BatchGetItem: ofRequestItems,
  BatchWriteItem: ofRequestItems,
  DescribeTable: ofTable,
  DescribeTimeToLive: ofTable,
};

/**
 * DynamoDB with the template's tables: the embedded dynalite, or another DynamoDB at `endpoint`. Expired items are not
 * deleted, and code for AWS must not rely on that deletion either.
 * @param options.folder folder of the embedded tables; without it they are in memory. With `endpoint` and no folder the
 *   tables are emptied first, so that runs share no data
 * @throws DataFolderError when the folder's database is damaged
 * @throws Error when the endpoint does not answer, or a table exists with other keys or indexes
 */
export const startDynamoDb = async (
  template: ResolvedTemplate,
  options: { folder?: string | undefined; endpoint?: string | undefined },
): Promise<DynamoDb> => {
  const path = options.folder && !options.endpoint ? join(options.folder, 'dynamodb') : undefined;
  if (path !== undefined) await assertOpens(path);
  const embedded = options.endpoint
    ? undefined
    : dynalite({ createTableMs: 0, deleteTableMs: 0, ...(path === undefined ? {} : { path }) });
  const url = embedded ? await listenOnLoopback(embedded) : (options.endpoint ?? '');
  const agent = new Agent({ keepAlive: true });
  const send = (action: string, body: Buffer) => post(url, agent, action, body);
  const place = options.endpoint ?? options.folder ?? 'memory';
  const close = async () => {
    agent.destroy();
    if (embedded) await closeServer(embedded);
  };
  const createdTables: string[] = [];
  const tables = ofType(template, 'AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable');
  const keys = customerKeys(template);
  try {
    for (const table of tables) {
      if (options.endpoint && !options.folder) {
        await command(send, 'DeleteTable', { TableName: table.physicalId });
        await untilTableIs(send, table.physicalId, undefined);
      }
      if (await ensureTable(send, table, place)) createdTables.push(table.physicalId);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    createdTables,
    tableCount: tables.length,
    service: {
      name: 'dynamodb',
      title: 'DynamoDB',
      targetPrefix: 'DynamoDB_20120810',
      contentType: 'application/x-amz-json-1.0',
      maxBodyBytes: 16 * 1024 * 1024,
      actions: Object.keys(RESOURCES_OF_ACTION),
      handle: async ({ action, caller, input, body }) => {
        const context = conditionKeys(action, input);
        for (const resource of RESOURCES_OF_ACTION[action]?.(input) ?? []) {
          authorizeData(caller, keys, { action: `dynamodb:${action}`, resource, context });
        }
        assertNesting(input);
        return send(action, body);
      },
    },
    close,
  };
};

/**
 * Opens the database once, because dynalite ends the process when it cannot.
 *
 * @throws DataFolderError
 */
const assertOpens = async (path: string): Promise<void> => {
  const database = new Level(path);
  try {
    await database.open();
  } catch (error) {
    const { cause } = error as Error;
    throw lost(path, `is damaged (${cause instanceof Error ? cause.message : String(error)})`);
  } finally {
    await database.close();
  }
};

/**
 * Enforces DynamoDB's limit. dynalite has none, and a value that is nested deep enough would end the process.
 * @throws AwsError ValidationException
 */
const assertNesting = ({ Item, ExpressionAttributeValues }: Input): void => {
  for (const values of [Item, ExpressionAttributeValues]) {
    if (Object.values(values ?? {}).some((value) => isDeeper(value, MAX_NESTING_LEVELS))) {
      throw validationError('Nesting Levels have exceeded supported limits');
    }
  }
};

/** Whether an attribute value nests lists and maps deeper than the limit. */
const isDeeper = (value: unknown, levels: number): boolean => {
  const { L, M } = Object(value) as Input;
  const inner = L ?? M;
  if (inner === undefined) return false;
  return levels === 0 || Object.values(Object(inner)).some((entry) => isDeeper(entry, levels - 1));
};

type Send = (action: string, body: Buffer) => Promise<RawAnswer>;

const post = (url: string, agent: Agent, action: string, body: Buffer): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': body.length,
      'x-amz-target': `DynamoDB_20120810.${action}`,
      'x-amz-date': '20250101T000000Z',
      authorization: BACKEND_AUTHORIZATION,
    };
    const request = httpRequest(url, { method: 'POST', agent, headers }, async (response) => {
      try {
        const answer = Buffer.concat(await response.toArray());
        const checksum = response.headers['x-amz-crc32'];
        const kept = {
          'content-type': 'application/x-amz-json-1.0',
          ...(checksum ? { 'x-amz-crc32': String(checksum) } : {}),
        };
        resolve({ status: response.statusCode ?? 500, headers: kept, body: answer });
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', (error) => reject(new Error(`DynamoDB at ${url} does not answer: ${error.message}`)));
    request.end(body);
  });

const command = async (send: Send, action: string, input: object): Promise<Record<string, unknown>> => {
  const { status, body } = await send(action, Buffer.from(JSON.stringify(input)));
  const answer = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  if (status === 200 || /(^|#)ResourceNotFoundException$/.test(String(answer.__type))) return answer;
  throw new Error(`DynamoDB refuses ${action}: ${String(answer.message ?? answer.__type)}`);
};

/** @returns whether the table was created */
const ensureTable = async (send: Send, table: Resource, place: string): Promise<boolean> => {
  const wanted = tableDefinition(table);
  const existing = (await command(send, 'DescribeTable', { TableName: wanted.TableName })).Table;
  if (existing === undefined) {
    await command(send, 'CreateTable', wanted);
    await untilTableIs(send, wanted.TableName, 'ACTIVE');
    return true;
  }
  if (shape(existing as Input) !== shape(wanted)) {
    throw new Error(
      `table ${wanted.TableName} in ${place} has other keys or indexes than the template: it was made by another ` +
        'version; start with an empty data folder',
    );
  }
  return false;
};

/**
 * Waits until the table has the status. DynamoDB creates and deletes tables in the background.
 *
 * @param status undefined: until the table is gone
 */
const untilTableIs = async (send: Send, tableName: string, status: 'ACTIVE' | undefined): Promise<void> => {
  const end = performance.now() + TABLE_LIMIT_MS;
  while (performance.now() < end) {
    const table = (await command(send, 'DescribeTable', { TableName: tableName })).Table as Input | undefined;
    if (table?.TableStatus === status) return;
    await delay(TABLE_POLL_MS);
  }
  throw new Error(`table ${tableName} did not become ${status ?? 'deleted'} within ${TABLE_LIMIT_MS / 1000} seconds`);
};

const tableDefinition = ({ physicalId, properties }: Resource) => ({
  TableName: physicalId,
  AttributeDefinitions: properties.AttributeDefinitions,
  KeySchema: properties.KeySchema,
  BillingMode: 'PAY_PER_REQUEST',
  ...indexes('GlobalSecondaryIndexes', properties),
  ...indexes('LocalSecondaryIndexes', properties),
});

const indexes = (kind: string, properties: Input) => {
  const given = (properties[kind] ?? []) as Input[];
  if (given.length === 0) return {};
  return { [kind]: given.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection })) };
};

/** The parts of a table that cannot change: its keys, and the names and keys of its indexes. */
const shape = (table: Input): string => {
  const keys = (schema: unknown) => ((schema ?? []) as Input[]).map((key) => [key.AttributeName, key.KeyType]);
  const indexKeys = ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'].flatMap((kind) =>
    ((table[kind] ?? []) as Input[]).map((index) => JSON.stringify([kind, index.IndexName, keys(index.KeySchema)])),
  );
  return JSON.stringify([keys(table.KeySchema), indexKeys.sort()]);
};
