import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type CreateKeyCommandInput, KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { CallNotice } from '../../../tools/local/cloud/services/aws-json-server.ts';
import { type Services, startServices } from '../../../tools/local/cloud/services/index.ts';
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
} from '../services-fixture.ts';

export const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
export const STACK_TAG = { TagKey: 'gatehouse:stack', TagValue: 'test' };

const index = (IndexName: string, AttributeName: string) => ({
  IndexName,
  KeySchema: [{ AttributeName, KeyType: 'HASH' }],
  Projection: { ProjectionType: 'KEYS_ONLY' },
});

export const newTemplate = () => {
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
        {
          Effect: 'Allow',
          Action: 'dynamodb:UpdateItem',
          Resource: tableArn('Clients'),
          Condition: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': 'mine' } },
        },
        {
          Effect: 'Allow',
          Action: 'dynamodb:GetItem',
          Resource: tableArn('Clients'),
          Condition: {
            'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['id', 'state'] },
            StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
          },
        },
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

export const keyPolicy = (extra: object[] = []) =>
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

export const newKey: CreateKeyCommandInput = {
  KeySpec: 'RSA_2048',
  KeyUsage: 'SIGN_VERIFY',
  Tags: [STACK_TAG],
  Policy: keyPolicy(),
};

export const sha256 = (text: string) => createHash('sha256').update(text).digest();
export const named = (name: string, message?: string) =>
  expect.objectContaining({ name, ...(message ? { message: expect.stringContaining(message) } : {}) });

/** The services of the template, and clients of them under the roles of its functions. */
interface Running {
  services: Services;
  /** The calls of the current test. */
  calls: CallNotice[];
  dynamoDb: DynamoDBClient;
  tokenKms: KMSClient;
  keysKms: KMSClient;
  operatorKms: KMSClient;
  tokenSecrets: SecretsManagerClient;
  operatorSecrets: SecretsManagerClient;
}

/** Starts the services before the tests of a file, and stops them afterwards. */
export const runServices = (): Running => {
  const running = { calls: [] } as unknown as Running;
  beforeAll(async () => {
    const services = await startServices(newTemplate(), {
      onCall: (call, execute) => {
        running.calls.push(call);
        return execute();
      },
    });
    const { endpoints } = services;
    const operator = { endpoint: endpoints.kms, region: 'us-east-1', credentials: services.operator, maxAttempts: 1 };
    Object.assign(running, {
      services,
      dynamoDb: new DynamoDBClient(await clientOf(services, 'Token', endpoints.dynamodb)),
      tokenKms: new KMSClient(await clientOf(services, 'Token', endpoints.kms)),
      keysKms: new KMSClient(await clientOf(services, 'Keys', endpoints.kms)),
      operatorKms: new KMSClient(operator),
      tokenSecrets: new SecretsManagerClient(await clientOf(services, 'Token', endpoints.secretsManager)),
      operatorSecrets: new SecretsManagerClient({ ...operator, endpoint: endpoints.secretsManager }),
    } satisfies Omit<Running, 'calls'>);
  });
  beforeEach(() => {
    running.calls = [];
  });
  afterAll(() => running.services?.close());
  return running;
};
