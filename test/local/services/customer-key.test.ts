import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Services, startServices } from '../../../tools/local/cloud/services/index.ts';
import {
  ACCOUNT,
  clientOf,
  lambda,
  SHOW_ENVIRONMENT,
  secret,
  secretArn,
  table,
  tableArn,
  templateOf,
  temporaryFolder,
} from '../services-fixture.ts';
import { named } from './run-services.ts';

const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/of-the-customer`;

/** A right to decrypt with the key, but only through one service. */
const through = (service: string) => ({
  Effect: 'Allow',
  Action: 'kms:Decrypt',
  Resource: KEY,
  Condition: { StringEquals: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` } },
});

describe("Data under a customer's key", () => {
  const DATA = [
    { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: tableArn('Grants') },
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secretArn('Sealing') },
  ];
  let services: Services;
  beforeAll(async () => {
    const assembly = temporaryFolder();
    const role = (name: string, ...statements: object[]) =>
      lambda(assembly, name, SHOW_ENVIRONMENT, { statements: [...DATA, ...statements] });
    services = await startServices(
      templateOf(
        assembly,
        table('Grants', { SSESpecification: { KMSMasterKeyId: KEY, SSEEnabled: true, SSEType: 'KMS' } }),
        secret('Sealing', { GenerateSecretString: { PasswordLength: 64 }, KmsKeyId: KEY }),
        role('Neither'),
        role('Table', through('dynamodb')),
        role('Both', through('dynamodb'), through('secretsmanager')),
      ),
    );
  });
  afterAll(() => services?.close());

  it.each([
    ['Neither', false, false],
    ['Table', true, false],
    ['Both', true, true],
  ])('is for roles that may decrypt through the service: %s', async (role, readsTable, readsSecret) => {
    const { dynamodb, secretsManager } = services.endpoints;
    const dynamoDb = new DynamoDBClient(await clientOf(services, role, dynamodb));
    const secrets = new SecretsManagerClient(await clientOf(services, role, secretsManager));
    const outcomes = await Promise.allSettled([
      dynamoDb.send(new GetItemCommand({ TableName: 'Grants', Key: { id: { S: 'x' } } })),
      secrets.send(new GetSecretValueCommand({ SecretId: secretArn('Sealing') })),
    ]);
    for (const [index, mayRead] of [readsTable, readsSecret].entries()) {
      const outcome = outcomes[index];
      const denied = named('AccessDeniedException', 'kms:Decrypt');
      expect(outcome?.status === 'rejected' ? outcome.reason : 'read').toEqual(mayRead ? 'read' : denied);
    }
  });
});
