import { type AttributeValue, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type Template, templateFor } from '../infra/template.ts';
import type { LocalCloud } from './cloud/local-cloud.ts';

/** What a function answered to an administrator; `failed` says that it threw, and `body` then what. */
export interface OperatorAnswer {
  readonly failed: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of any shape
  readonly body: any;
}

/** Sends one of the commands that `npm start -- --admin` prints, as the AWS command line would. */
export const invokeAsOperator = async (
  cloud: LocalCloud,
  functionName: 'KeyRing' | 'Privacy',
  command: object,
): Promise<OperatorAnswer> => {
  const { value, ...options } = operatorOf(cloud, `${functionName}Function`);
  const client = new LambdaClient({ ...options, endpoint: value(/--endpoint-url (\S+)/) });
  const FunctionName = value(/--function-name (\S+)/);
  const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(command) }));
  client.destroy();
  return { failed: answer.FunctionError, body: JSON.parse(answer.Payload?.transformToString() ?? 'null') };
};

/** A row in DynamoDB's own notation. */
export type Row = Record<string, AttributeValue>;

/** Every row of a table. @param tableName as in `Grants` */
export const rowsOf = (cloud: LocalCloud, tableName: string): Promise<readonly Row[]> =>
  withTable(cloud, tableName, async (client, TableName) => {
    const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName }));
    if (LastEvaluatedKey !== undefined) throw new Error(`${tableName} has more rows than one page`);
    return Items;
  });

/** Replaces a row, as only an operator can. */
export const putRow = async (cloud: LocalCloud, tableName: string, row: Row): Promise<void> => {
  await withTable(cloud, tableName, (client, TableName) => client.send(new PutItemCommand({ TableName, Item: row })));
};

let template: Promise<Template> | undefined;

/** Names of all tables that there can be. */
export const tableNames = async (): Promise<readonly string[]> => {
  template ??= templateFor({ rememberConsent: true });
  return (await template).ofType('AWS::DynamoDB::Table').map(([logicalId]) => logicalId);
};

const withTable = async <Result>(
  cloud: LocalCloud,
  name: string,
  work: (client: DynamoDBClient, tableName: string) => Promise<Result>,
): Promise<Result> => {
  const tables = await tableNames();
  const tableName = tables.find((one) => one === name || one.startsWith(`GatehouseTables${name}`));
  if (tableName === undefined) throw new Error(`the stack has no table ${name}, only ${tables.join(', ')}`);
  const { value: _value, ...options } = operatorOf(cloud, 'KeyRingFunction');
  const client = new DynamoDBClient({ ...options, endpoint: /DynamoDB (http:\S+\d)/.exec(cloud.output())?.[1] ?? '' });
  try {
    return await work(client, tableName);
  } finally {
    client.destroy();
  }
};

/** The operator's credentials, from a command that the start prints. */
const operatorOf = (cloud: LocalCloud, functionName: string) => {
  const line = cloud
    .output()
    .split('\n')
    .find((one) => one.includes(' lambda invoke ') && one.includes(functionName));
  const value = (pattern: RegExp): string => {
    const found = pattern.exec(line ?? '')?.[1];
    if (found === undefined) throw new Error(`no command for ${functionName} with ${pattern} in:\n${cloud.output()}`);
    return found;
  };
  const credentials = {
    accessKeyId: value(/AWS_ACCESS_KEY_ID=(\S+)/),
    secretAccessKey: value(/AWS_SECRET_ACCESS_KEY=(\S+)/),
    sessionToken: value(/AWS_SESSION_TOKEN=(\S+)/),
  };
  return { region: value(/--region (\S+)/), credentials, value };
};
