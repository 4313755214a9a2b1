import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  TagResourceCommand,
} from '@aws-sdk/client-kms';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { AwsClient } from 'aws4fetch';
import dynalite from 'dynalite';
import { importSPKI, jwtVerify } from 'jose';
import { AwsError } from '../../tools/local/cloud/services/aws-error.ts';
import type { CallNotice } from '../../tools/local/cloud/services/aws-json-server.ts';
import { type Services, startServices } from '../../tools/local/cloud/services/index.ts';
import {
  ACCOUNT,
  clientOf,
  lambda,
  roleArn,
  SHOW_ENVIRONMENT,
  secret,
  secretArn,
  table,
  tableArn,
  templateOf,
  temporaryFolder,
} from './services-fixture.ts';

const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const STACK_TAG = { TagKey: 'gatehouse:stack', TagValue: 'test' };

const index = (IndexName: string, AttributeName: string) => ({
  IndexName,
  KeySchema: [{ AttributeName, KeyType: 'HASH' }],
  Projection: { ProjectionType: 'KEYS_ONLY' },
});

const newTemplate = () => {
  const assembly = temporaryFolder();
  return templateOf(
    assembly,
    table('Grants', {
      AttributeDefinitions: ['id', 'subject', 'client'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [index('bySubject', 'subject'), index('byClient', 'client')],
    }),
    table('Clients'),
    secret('Generated', { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } }),
    secret('Empty', {}),
    lambda(assembly, 'Token', SHOW_ENVIRONMENT, {
      statements: [
        { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: tableArn('Grants') },
        { Effect: 'Allow', Action: 'dynamodb:Query', Resource: `${tableArn('Grants')}/index/bySubject` },
        {
          Effect: 'Allow',
          Action: 'secretsmanager:GetSecretValue',
          Resource: [secretArn('Generated'), secretArn('Empty')],
        },
      ],
    }),
    lambda(assembly, 'Keys', SHOW_ENVIRONMENT, {
      statements: [
        {
          Effect: 'Allow',
          Action: 'kms:CreateKey',
          Resource: '*',
          Condition: {
            StringEquals: {
              'kms:KeySpec': 'RSA_2048',
              'kms:KeyUsage': 'SIGN_VERIFY',
              'aws:RequestTag/gatehouse:stack': 'test',
            },
          },
        },
        {
          Effect: 'Allow',
          Action: 'kms:TagResource',
          Resource: `arn:aws:kms:us-east-1:${ACCOUNT}:key/*`,
          Condition: { StringEquals: { 'aws:RequestTag/gatehouse:stack': 'test' } },
        },
      ],
    }),
  );
};

const keyPolicy = (extra: object[] = []) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: roleArn('TokenRole') },
        Action: 'kms:Sign',
        Resource: '*',
        Condition: {
          StringEquals: { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256', 'kms:MessageType': 'DIGEST' },
        },
      },
      {
        Effect: 'Allow',
        Principal: { AWS: roleArn('KeysRole') },
        Action: ['kms:GetPublicKey', 'kms:DescribeKey', 'kms:ScheduleKeyDeletion'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Principal: { AWS: ROOT },
        Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:Put*', 'kms:TagResource', 'kms:DisableKey'],
        Resource: '*',
      },
      ...extra,
    ],
  });

const newKey: CreateKeyCommandInput = {
  KeySpec: 'RSA_2048',
  KeyUsage: 'SIGN_VERIFY',
  Tags: [STACK_TAG],
  Policy: keyPolicy(),
};

const sha256 = (text: string) => createHash('sha256').update(text).digest();
const named = (name: string, message?: string) =>
  expect.objectContaining({ name, ...(message ? { message: expect.stringContaining(message) } : {}) });

let services: Services;
let calls: CallNotice[] = [];
let dynamoDb: DynamoDBClient;
let tokenKms: KMSClient;
let keysKms: KMSClient;
let operatorKms: KMSClient;
let tokenSecrets: SecretsManagerClient;
let operatorSecrets: SecretsManagerClient;

beforeAll(async () => {
  services = await startServices(newTemplate(), {
    onCall: (call, carryOut) => {
      calls.push(call);
      return carryOut();
    },
  });
  const { endpoints } = services;
  const operator = { endpoint: endpoints.kms, region: 'us-east-1', credentials: services.operator, maxAttempts: 1 };
  dynamoDb = new DynamoDBClient(await clientOf(services, 'Token', endpoints.dynamodb));
  tokenKms = new KMSClient(await clientOf(services, 'Token', endpoints.kms));
  keysKms = new KMSClient(await clientOf(services, 'Keys', endpoints.kms));
  operatorKms = new KMSClient(operator);
  tokenSecrets = new SecretsManagerClient(await clientOf(services, 'Token', endpoints.secretsManager));
  operatorSecrets = new SecretsManagerClient({ ...operator, endpoint: endpoints.secretsManager });
});
beforeEach(() => {
  calls = [];
});
afterAll(() => services?.close());

describe('local DynamoDB', () => {
  it('carries out what the role allows, and counts it', async () => {
    const TableName = 'Grants';
    await dynamoDb.send(
      new UpdateItemCommand({
        TableName,
        Key: { id: { S: 'g1' } },
        UpdateExpression: 'SET #s = :s',
        ConditionExpression: 'attribute_not_exists(id)',
        ExpressionAttributeNames: { '#s': 'state' },
        ExpressionAttributeValues: { ':s': { S: 'issued' } },
      }),
    );
    const { Item } = await dynamoDb.send(
      new GetItemCommand({ TableName, Key: { id: { S: 'g1' } }, ConsistentRead: true }),
    );
    expect(Item).toEqual({ id: { S: 'g1' }, state: { S: 'issued' } });
    const told = { service: 'dynamodb', functionLogicalId: 'Token', resource: TableName, mayBeStale: false };
    expect(calls).toEqual([
      expect.objectContaining({ ...told, action: 'UpdateItem', isConditional: true }),
      expect.objectContaining({ ...told, action: 'GetItem', isConditional: false }),
    ]);
  });

  it('queries the one index that the role names, and neither another nor the table', async () => {
    const Key = { id: { S: 'of-ada' } };
    const operator = new DynamoDBClient({
      endpoint: services.endpoints.dynamodb,
      region: 'us-east-1',
      credentials: services.operator,
    });
    const row = { ...Key, subject: { S: 'ada' }, more: { S: 'not in the index' } };
    await operator.send(new PutItemCommand({ TableName: 'Grants', Item: row }));
    const query = (keyName: string, IndexName?: string) =>
      dynamoDb.send(
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

  it('denies in the words of AWS what the role does not allow', async () => {
    const put = dynamoDb.send(new PutItemCommand({ TableName: 'Grants', Item: { id: { S: 'g2' } } }));
    await expect(put).rejects.toEqual(
      named(
        'AccessDeniedException',
        `User: arn:aws:sts::${ACCOUNT}:assumed-role/TokenRole/Token is not authorized to perform: dynamodb:PutItem on resource: ${tableArn('Grants')}`,
      ),
    );
    await expect(dynamoDb.send(new ScanCommand({ TableName: 'Grants' }))).rejects.toEqual(
      named('AccessDeniedException'),
    );
    const other = dynamoDb.send(new GetItemCommand({ TableName: 'Clients', Key: { id: { S: 'c' } } }));
    await expect(other).rejects.toEqual(named('AccessDeniedException'));
  });

  it('refuses what is nested deeper than 32 levels, as DynamoDB does, and lives on', async () => {
    const nested = (levels: number) => {
      let value: AttributeValue = { S: 'a' };
      for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? { L: [value] } : { M: { a: value } };
      return value;
    };
    const store = (levels: number) =>
      dynamoDb.send(
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

  it('passes errors of the database on', async () => {
    const update = dynamoDb.send(
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
      dynamoDb.send(
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

  it('understands a request signed by hand, and refuses a wrong signature, key, token or service', async () => {
    const options = await clientOf(services, 'Token', services.endpoints.dynamodb);
    const get = (credentials: object, service = 'dynamodb') =>
      new AwsClient({ ...options.credentials, ...credentials, region: 'us-east-1', service, retries: 0 }).fetch(
        services.endpoints.dynamodb,
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
    const unsigned = await fetch(services.endpoints.dynamodb, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
      body: '{}',
    });
    expect(await unsigned.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  it('refuses operations that it does not know by name, and bodies that are too large', async () => {
    const transact = services.asOperator('dynamodb', 'TransactWriteItems', { TransactItems: [] });
    await expect(transact).rejects.toEqual(named('UnknownOperationException', 'TransactWriteItems'));
    const large = services.asOperator('secretsmanager', 'PutSecretValue', { SecretString: 'x'.repeat(300_000) });
    await expect(large).rejects.toEqual(named('RequestEntityTooLargeException'));
  });
});

describe('local KMS', () => {
  it('signs what jose verifies: DIGEST by the token role alone (RFC 7518 §3.3)', async () => {
    const { KeyMetadata } = await keysKms.send(new CreateKeyCommand(newKey));
    const KeyId = KeyMetadata?.Arn;
    const head = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt' })).toString('base64url');
    const input = `${head}.${Buffer.from(JSON.stringify({ sub: 'somebody' })).toString('base64url')}`;
    const request = { KeyId, Message: sha256(input), SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' } as const;
    const { Signature } = await tokenKms.send(new SignCommand({ ...request, MessageType: 'DIGEST' }));
    const { PublicKey } = await keysKms.send(new GetPublicKeyCommand({ KeyId }));
    const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(PublicKey ?? []).toString('base64')}\n-----END PUBLIC KEY-----`;
    const jws = `${input}.${Buffer.from(Signature ?? []).toString('base64url')}`;
    const { payload } = await jwtVerify(jws, await importSPKI(pem, 'RS256'));
    expect(payload).toEqual({ sub: 'somebody' });

    const denied = named('AccessDeniedException', 'is not authorized to perform: kms:Sign');
    await expect(tokenKms.send(new SignCommand({ ...request, MessageType: 'RAW' }))).rejects.toEqual(denied);
    await expect(keysKms.send(new SignCommand({ ...request, MessageType: 'DIGEST' }))).rejects.toEqual(denied);
    await expect(operatorKms.send(new SignCommand({ ...request, MessageType: 'DIGEST' }))).rejects.toEqual(denied);
    await expect(tokenKms.send(new GetPublicKeyCommand({ KeyId }))).rejects.toEqual(named('AccessDeniedException'));
  });

  it('gives RAW and DIGEST the same signature, within its limits', async () => {
    const Policy = keyPolicy([{ Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' }]);
    const { KeyMetadata } = await operatorKms.send(new CreateKeyCommand({ ...newKey, Policy }));
    const request = { KeyId: KeyMetadata?.KeyId, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' } as const;
    const sign = (MessageType: 'RAW' | 'DIGEST', Message: Buffer) =>
      operatorKms.send(new SignCommand({ ...request, MessageType, Message }));
    const raw = await sign('RAW', Buffer.from('text'));
    expect((await sign('DIGEST', sha256('text'))).Signature).toEqual(raw.Signature);
    await expect(sign('DIGEST', Buffer.from('short'))).rejects.toEqual(
      named('ValidationException', 'Digest is invalid length'),
    );
    await expect(sign('RAW', Buffer.alloc(4097))).rejects.toEqual(named('ValidationException', '4096'));
    const pss = operatorKms.send(
      new SignCommand({
        ...request,
        Message: sha256('x'),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'RSASSA_PSS_SHA_256',
      }),
    );
    await expect(pss).rejects.toEqual(named('ValidationException', 'RSASSA_PSS_SHA_256'));
  });

  it.each([
    ['another key spec', { KeySpec: 'RSA_4096' }],
    ['another usage', { KeyUsage: 'ENCRYPT_DECRYPT' }],
    ['no tag', { Tags: undefined }],
    ["another stack's tag", { Tags: [{ ...STACK_TAG, TagValue: 'other' }] }],
  ] as const)('CreateKey with %s is denied by the conditions of the role', async (_, change) => {
    const created = keysKms.send(new CreateKeyCommand({ ...newKey, ...change } as CreateKeyCommandInput));
    await expect(created).rejects.toEqual(named('AccessDeniedException', 'kms:CreateKey on resource: *'));
  });

  it('refuses key policies that AWS refuses: unknown principals, and nobody left to change them', async () => {
    const create = (Statement: object[]) =>
      operatorKms.send(new CreateKeyCommand({ ...newKey, Policy: JSON.stringify({ Statement }) }));
    const allow = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };
    const unknown = create([{ ...allow, Principal: { AWS: roleArn('Nobody') } }]);
    await expect(unknown).rejects.toEqual(named('MalformedPolicyDocumentException', 'invalid principals'));
    const locked = create([{ ...allow, Principal: { AWS: roleArn('TokenRole') } }]);
    await expect(locked).rejects.toEqual(named('MalformedPolicyDocumentException', 'will not allow you to update'));
  });

  it('follows a key to its end: tags, policy, disabled, pending deletion', async () => {
    const { KeyMetadata } = await keysKms.send(new CreateKeyCommand(newKey));
    const KeyId = KeyMetadata?.KeyId;
    await operatorKms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'more', TagValue: '1' }] }));
    const { Tags } = await operatorKms.send(new ListResourceTagsCommand({ KeyId }));
    expect(Tags).toEqual([STACK_TAG, { TagKey: 'more', TagValue: '1' }]);
    const Policy = keyPolicy([{ Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' }]);
    await operatorKms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
    expect((await operatorKms.send(new GetKeyPolicyCommand({ KeyId }))).Policy).toBe(Policy);

    const Message = sha256('x');
    const sign = () =>
      tokenKms.send(
        new SignCommand({ KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' }),
      );
    await sign();
    await operatorKms.send(new DisableKeyCommand({ KeyId }));
    await expect(sign()).rejects.toEqual(named('DisabledException'));
    const scheduled = await keysKms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(scheduled.DeletionDate?.getTime()).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    await expect(sign()).rejects.toEqual(named('KMSInvalidStateException', 'pending deletion'));
    const again = keysKms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await expect(again).rejects.toEqual(named('KMSInvalidStateException'));
    const description = await keysKms.send(new DescribeKeyCommand({ KeyId }));
    expect(description.KeyMetadata).toMatchObject({ KeyState: 'PendingDeletion', Enabled: false, KeySpec: 'RSA_2048' });
  });

  it('names keys and operations that it does not know', async () => {
    const unknown = operatorKms.send(new DescribeKeyCommand({ KeyId: 'f3b4e0f0-0000-4000-8000-000000000000' }));
    await expect(unknown).rejects.toEqual(named('NotFoundException', 'does not exist'));
    const encrypt = operatorKms.send(new EncryptCommand({ KeyId: 'x', Plaintext: Buffer.from('x') }));
    await expect(encrypt).rejects.toEqual(named('UnknownOperationException', 'Encrypt'));
  });
});

describe('local Secrets Manager', () => {
  it('generates a value once, and leaves a secret without value empty', async () => {
    const read = (SecretId: string) => tokenSecrets.send(new GetSecretValueCommand({ SecretId }));
    const first = await read(secretArn('Generated'));
    expect(first.SecretString).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(first.VersionStages).toEqual(['AWSCURRENT']);
    expect((await read('Generated')).SecretString).toBe(first.SecretString);
    const empty = named('ResourceNotFoundException', 'staging label: AWSCURRENT');
    await expect(read(secretArn('Empty'))).rejects.toEqual(empty);
  });

  it('moves stages when a value is put', async () => {
    const SecretId = 'Empty';
    const put = (SecretString: string, ClientRequestToken?: string) =>
      operatorSecrets.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken }));
    const read = async (VersionStage?: string) =>
      (await tokenSecrets.send(new GetSecretValueCommand({ SecretId, ...(VersionStage ? { VersionStage } : {}) })))
        .SecretString;
    const token = '11111111-1111-4111-8111-111111111111';
    await put('one', token);
    await put('one', token);
    await expect(put('other', token)).rejects.toEqual(named('ResourceExistsException'));
    await put('two');
    expect([await read(), await read('AWSPREVIOUS')]).toEqual(['two', 'one']);
    await put('three');
    expect([await read(), await read('AWSPREVIOUS')]).toEqual(['three', 'two']);
    const { VersionIdsToStages } = await operatorSecrets.send(new DescribeSecretCommand({ SecretId }));
    expect(Object.values(VersionIdsToStages ?? {}).sort()).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
  });

  it('enforces the role, also for secrets that do not exist', async () => {
    const put = tokenSecrets.send(new PutSecretValueCommand({ SecretId: 'Empty', SecretString: 'x' }));
    await expect(put).rejects.toEqual(named('AccessDeniedException', 'secretsmanager:PutSecretValue'));
    const unknown = tokenSecrets.send(new GetSecretValueCommand({ SecretId: 'Nothing' }));
    await expect(unknown).rejects.toEqual(named('AccessDeniedException'));
    const missing = operatorSecrets.send(new GetSecretValueCommand({ SecretId: 'Nothing' }));
    await expect(missing).rejects.toEqual(named('ResourceNotFoundException'));
  });
});

describe('local services', () => {
  it('keep everything across a restart in a data folder that only one process may use', async () => {
    const dataDir = join(temporaryFolder(), 'data');
    const template = newTemplate();
    const first = await startServices(template, { dataDir });
    await first.asOperator('dynamodb', 'PutItem', { TableName: 'Grants', Item: { id: { S: 'kept' } } });
    const { SecretString } = await first.asOperator('secretsmanager', 'GetSecretValue', { SecretId: 'Generated' });
    const { KeyMetadata } = await first.asOperator('kms', 'CreateKey', newKey);
    const KeyId = (KeyMetadata as { KeyId: string }).KeyId;
    const { PublicKey } = await first.asOperator('kms', 'GetPublicKey', { KeyId });
    await first.close();

    const second = await startServices(template, { dataDir });
    try {
      const { Item } = await second.asOperator('dynamodb', 'GetItem', {
        TableName: 'Grants',
        Key: { id: { S: 'kept' } },
      });
      expect(Item).toEqual({ id: { S: 'kept' } });
      const secretNow = await second.asOperator('secretsmanager', 'GetSecretValue', { SecretId: 'Generated' });
      expect(secretNow.SecretString).toBe(SecretString);
      expect((await second.asOperator('kms', 'GetPublicKey', { KeyId })).PublicKey).toBe(PublicKey);
      expect(statSync(join(dataDir, 'keys.json')).mode & 0o077).toBe(0);
      expect(readFileSync(join(dataDir, 'lock'), 'utf8')).toBe(String(process.pid));
    } finally {
      await second.close();
    }

    writeFileSync(join(dataDir, 'lock'), String(process.ppid));
    await expect(startServices(template, { dataDir })).rejects.toThrow(`in use by process ${process.ppid}`);
    writeFileSync(join(dataDir, 'lock'), '2147483646');
    await (await startServices(template, { dataDir })).close();
  });

  it('say what to do when a table in the data folder has other keys', async () => {
    const dataDir = temporaryFolder();
    await (await startServices(templateOf('', table('Grants')), { dataDir })).close();
    const KeySchema = [{ AttributeName: 'grantId', KeyType: 'HASH' }];
    const AttributeDefinitions = [{ AttributeName: 'grantId', AttributeType: 'S' }];
    const changed = startServices(templateOf('', table('Grants', { KeySchema, AttributeDefinitions })), { dataDir });
    await expect(changed).rejects.toThrow('start with an empty data folder');
  });

  it('keep data behind a DynamoDB endpoint out of runs that have no data folder', async () => {
    const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const dynamoDbEndpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const get = { TableName: 'Grants', Key: { id: { S: 'x' } } };
    const first = await startServices(templateOf('', table('Grants')), { dynamoDbEndpoint });
    await first.asOperator('dynamodb', 'PutItem', { TableName: 'Grants', Item: { id: { S: 'x' } } });
    expect(await first.asOperator('dynamodb', 'GetItem', get)).toEqual({ Item: { id: { S: 'x' } } });
    await first.close();
    const second = await startServices(templateOf('', table('Grants')), { dynamoDbEndpoint });
    expect(await second.asOperator('dynamodb', 'GetItem', get)).toEqual({});
    await second.close();
    server.closeAllConnections();
    server.close();
    await expect(
      startServices(templateOf('', table('Grants')), { dynamoDbEndpoint: 'http://127.0.0.1:9' }),
    ).rejects.toThrow('http://127.0.0.1:9 does not answer');
  });

  it('answer with the error that is thrown before a call: the place for faults', async () => {
    let left = 1;
    const throttled = await startServices(templateOf('', table('Grants')), {
      onCall: async (_, carryOut) => {
        if (left-- > 0) throw new AwsError('ProvisionedThroughputExceededException', 'slow down');
        return carryOut();
      },
    });
    try {
      const get = () => throttled.asOperator('dynamodb', 'GetItem', { TableName: 'Grants', Key: { id: { S: 'x' } } });
      await expect(get()).rejects.toEqual(named('ProvisionedThroughputExceededException'));
      expect(await get()).toEqual({});
    } finally {
      await throttled.close();
    }
  });

  it.each([
    [
      'a managed policy nobody knows',
      { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
      'AdministratorAccess',
    ],
    [
      'a role that Lambda may not assume',
      { AssumeRolePolicyDocument: { Statement: [] } },
      'does not let Lambda assume it',
    ],
  ])('refuse to start with %s', async (_, properties, message) => {
    const assembly = temporaryFolder();
    const resources = lambda(assembly, 'Token', SHOW_ENVIRONMENT).map((resource) =>
      resource.type === 'AWS::IAM::Role'
        ? { ...resource, properties: { ...resource.properties, ...properties } }
        : resource,
    );
    await expect(startServices(templateOf(assembly, resources))).rejects.toThrow(message);
  });
});
