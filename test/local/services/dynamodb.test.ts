import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { AwsClient } from 'aws4fetch';
import { ACCOUNT, clientOf, tableArn } from '../services-fixture.ts';

import { named, runServices } from './run-services.ts';

const running = runServices();

describe('local DynamoDB', () => {
  it('executes what the role allows, and reports the call', async () => {
    const TableName = 'Grants';
    await running.dynamoDb.send(
      new UpdateItemCommand({
        TableName,
        Key: { id: { S: 'g1' } },
        UpdateExpression: 'SET #s = :s',
        ConditionExpression: 'attribute_not_exists(id)',
        ExpressionAttributeNames: { '#s': 'state' },
        ExpressionAttributeValues: { ':s': { S: 'issued' } },
      }),
    );
    const { Item } = await running.dynamoDb.send(
      new GetItemCommand({ TableName, Key: { id: { S: 'g1' } }, ConsistentRead: true }),
    );
    expect(Item).toEqual({ id: { S: 'g1' }, state: { S: 'issued' } });
    const told = { service: 'dynamodb', functionLogicalId: 'Token', resource: TableName, mayBeStale: false };
    expect(running.calls).toEqual([
      expect.objectContaining({ ...told, action: 'UpdateItem', isConditional: true }),
      expect.objectContaining({ ...told, action: 'GetItem', isConditional: false }),
    ]);
  });

  it('allows a query of the one index that the role names, not of another index or the table', async () => {
    const Key = { id: { S: 'of-ada' } };
    const operator = new DynamoDBClient({
      endpoint: running.services.endpoints.dynamodb,
      region: 'us-east-1',
      credentials: running.services.operator,
    });
    const row = { ...Key, subject: { S: 'ada' }, more: { S: 'not in the index' } };
    await operator.send(new PutItemCommand({ TableName: 'Grants', Item: row }));
    const query = (keyName: string, IndexName?: string) =>
      running.dynamoDb.send(
        new QueryCommand({
          TableName: 'Grants',
          IndexName,
          KeyConditionExpression: '#key = :value',
          ExpressionAttributeNames: { '#key': keyName },
          ExpressionAttributeValues: { ':value': { S: 'ada' } },
        }),
      );
    expect((await query('subject', 'bySubject')).Items).toEqual([{ ...Key, subject: { S: 'ada' } }]);
    await expect(query('client', 'byClient')).rejects.toEqual(named('AccessDeniedException', '/index/byClient'));
    await expect(query('id')).rejects.toEqual(named('AccessDeniedException', tableArn('Grants')));
  });

  it('denies everything else with the message of AWS', async () => {
    const put = running.dynamoDb.send(new PutItemCommand({ TableName: 'Grants', Item: { id: { S: 'g2' } } }));
    await expect(put).rejects.toEqual(
      named(
        'AccessDeniedException',
        `User: arn:aws:sts::${ACCOUNT}:assumed-role/TokenRole/Token is not authorized to perform: dynamodb:PutItem on resource: ${tableArn('Grants')}`,
      ),
    );
    await expect(running.dynamoDb.send(new ScanCommand({ TableName: 'Grants' }))).rejects.toEqual(
      named('AccessDeniedException'),
    );
    const other = running.dynamoDb.send(new GetItemCommand({ TableName: 'Clients', Key: { id: { S: 'c' } } }));
    await expect(other).rejects.toEqual(named('AccessDeniedException'));
  });

  it('A30: a condition limits a role to one row for writing, and to some attributes for reading', async () => {
    const TableName = 'Clients';
    const update = (id: string) =>
      running.dynamoDb.send(
        new UpdateItemCommand({
          TableName,
          Key: { id: { S: id } },
          UpdateExpression: 'SET #s = :s, secret = :s',
          ExpressionAttributeNames: { '#s': 'state' },
          ExpressionAttributeValues: { ':s': { S: 'on' } },
        }),
      );
    await update('mine');
    await expect(update('yours')).rejects.toEqual(named('AccessDeniedException'));
    const get = (ProjectionExpression?: string) =>
      running.dynamoDb.send(
        new GetItemCommand({
          TableName,
          Key: { id: { S: 'mine' } },
          ...(ProjectionExpression && { ProjectionExpression, ExpressionAttributeNames: { '#s': 'state' } }),
        }),
      );
    expect((await get('#s, id')).Item).toEqual({ id: { S: 'mine' }, state: { S: 'on' } });
    await expect(get('#s, secret')).rejects.toEqual(named('AccessDeniedException'));
    await expect(get()).rejects.toEqual(named('AccessDeniedException'));
  });

  it('refuses values nested deeper than 32 levels, as DynamoDB does, and keeps running', async () => {
    const nested = (levels: number) => {
      let value: AttributeValue = { S: 'a' };
      for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? { L: [value] } : { M: { a: value } };
      return value;
    };
    const store = (levels: number) =>
      running.dynamoDb.send(
        new UpdateItemCommand({
          TableName: 'Grants',
          Key: { id: { S: 'nested' } },
          UpdateExpression: 'SET a = :a',
          ExpressionAttributeValues: { ':a': nested(levels) },
        }),
      );
    await store(32);
    await expect(store(33)).rejects.toEqual(named('ValidationException', 'Nesting Levels'));
    await expect(store(1000)).rejects.toEqual(named('ValidationException', 'Nesting Levels'));
    await store(1);
  });

  it('forwards errors of the database', async () => {
    const update = running.dynamoDb.send(
      new UpdateItemCommand({
        TableName: 'Grants',
        Key: { id: { S: 'absent' } },
        UpdateExpression: 'SET a = :a',
        ConditionExpression: 'attribute_exists(id)',
        ExpressionAttributeValues: { ':a': { S: 'a' } },
      }),
    );
    await expect(update).rejects.toEqual(named('ConditionalCheckFailedException'));
  });

  it('lets exactly one of many racing conditional writes win', async () => {
    const redeem = (operationId: number) =>
      running.dynamoDb.send(
        new UpdateItemCommand({
          TableName: 'Grants',
          Key: { id: { S: 'raced' } },
          UpdateExpression: 'SET operationId = :o',
          ConditionExpression: 'attribute_not_exists(operationId)',
          ExpressionAttributeValues: { ':o': { S: String(operationId) } },
        }),
      );
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => redeem(index)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('accepts a request signed by hand, and refuses a wrong signature, key, token or service', async () => {
    const options = await clientOf(running.services, 'Token', running.services.endpoints.dynamodb);
    const get = (credentials: object, service = 'dynamodb') =>
      new AwsClient({ ...options.credentials, ...credentials, region: 'us-east-1', service, retries: 0 }).fetch(
        running.services.endpoints.dynamodb,
        {
          method: 'POST',
          headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' },
          body: JSON.stringify({ TableName: 'Grants', Key: { id: { S: 'none' } } }),
        },
      );
    expect((await get({})).status).toBe(200);
    const refused = async (credentials: object, service?: string) =>
      ((await (await get(credentials, service)).json()) as { __type: string }).__type;
    expect(await refused({ secretAccessKey: 'wrong' })).toBe('InvalidSignatureException');
    expect(await refused({ accessKeyId: 'ASIANOBODY' })).toBe('UnrecognizedClientException');
    expect(await refused({ sessionToken: 'wrong' })).toBe('UnrecognizedClientException');
    expect(await refused({}, 'kms')).toBe('InvalidSignatureException');
    const unsigned = await fetch(running.services.endpoints.dynamodb, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
      body: '{}',
    });
    expect(await unsigned.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  it('refuses unknown operations by name, and bodies that are too large', async () => {
    const transact = running.services.asOperator('dynamodb', 'TransactWriteItems', { TransactItems: [] });
    await expect(transact).rejects.toEqual(named('UnknownOperationException', 'TransactWriteItems'));
    const large = running.services.asOperator('secretsmanager', 'PutSecretValue', {
      SecretString: 'x'.repeat(300_000),
    });
    await expect(large).rejects.toEqual(named('RequestEntityTooLargeException'));
  });
});
