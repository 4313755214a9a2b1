import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResolvedTemplate, Resource } from '../../tools/local/cloud/resolved-template.ts';
import type { Services } from '../../tools/local/cloud/services/index.ts';

export const ACCOUNT = '000000000000';
export const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
export const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
export const tableArn = (name: string) => `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/${name}`;
export const secretArn = (name: string) => `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:${name}-abc123`;

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'gatehouse-'));

const resource = (type: string, logicalId: string, properties: Resource['properties'], arn?: string): Resource => ({
  type,
  logicalId,
  physicalId: logicalId,
  properties,
  metadata: {},
  ...(arn ? { arn } : {}),
});

/** A function whose bundle is the given source, with a role that has the given statements. */
export const lambda = (
  assembly: string,
  logicalId: string,
  source: string,
  options: { statements?: object[]; properties?: Resource['properties'] } = {},
): Resource[] => {
  mkdirSync(join(assembly, `asset.${logicalId}`));
  writeFileSync(join(assembly, `asset.${logicalId}`, 'index.mjs'), source);
  const { Environment, ...properties } = options.properties ?? {};
  return [
    {
      ...resource(
        'AWS::Lambda::Function',
        logicalId,
        {
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: roleArn(`${logicalId}Role`),
          MemorySize: 256,
          Environment,
          ...properties,
        },
        functionArn(logicalId),
      ),
      metadata: { 'aws:asset:path': `asset.${logicalId}` },
    },
    resource(
      'AWS::IAM::Role',
      `${logicalId}Role`,
      {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
        },
      },
      roleArn(`${logicalId}Role`),
    ),
    resource('AWS::IAM::Policy', `${logicalId}Policy`, {
      Roles: [`${logicalId}Role`],
      PolicyDocument: { Statement: options.statements ?? [] },
    }),
  ];
};

export const table = (name: string, properties: Resource['properties'] = {}): Resource =>
  resource(
    'AWS::DynamoDB::Table',
    name,
    {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      ...properties,
    },
    tableArn(name),
  );

export const secret = (name: string, properties: Resource['properties'] = {}): Resource => ({
  ...resource('AWS::SecretsManager::Secret', name, properties),
  physicalId: secretArn(name),
});

export const permission = (functionName: string, principal: string, sourceArn: string): Resource =>
  resource('AWS::Lambda::Permission', `${functionName}Permission`, {
    Action: 'lambda:InvokeFunction',
    FunctionName: functionArn(functionName),
    Principal: principal,
    SourceArn: sourceArn,
  });

export const rule = (
  name: string,
  schedule: string,
  target: string,
  properties: Resource['properties'] = {},
): Resource =>
  resource(
    'AWS::Events::Rule',
    name,
    {
      ScheduleExpression: schedule,
      State: 'ENABLED',
      Targets: [{ Arn: functionArn(target), Id: 'Target0' }],
      ...properties,
    },
    `arn:aws:events:us-east-1:${ACCOUNT}:rule/${name}`,
  );

export const customResource = (logicalId: string, target: string, properties: Resource['properties'] = {}): Resource =>
  resource('Custom::Thing', logicalId, { ServiceToken: functionArn(target), ...properties });

export const templateOf = (assemblyDirectory: string, ...resources: (Resource | Resource[])[]): ResolvedTemplate => ({
  resources: resources.flat(),
  outputs: {},
  assemblyDirectory,
  stackName: 'Test',
});

/** A function that shows its environment, so that a test can call services under its role. */
export const SHOW_ENVIRONMENT = 'export const handler = async () => ({ ...process.env });';

export const resultOf = async (services: Services, name: string, event: unknown = {}): Promise<unknown> => {
  const outcome = await services.functions.invoke(functionArn(name), event);
  if (!outcome.ok) throw new Error(`${outcome.errorType}: ${outcome.errorMessage}`);
  return outcome.result;
};

/** Options for an SDK client that calls under the role of a function made with SHOW_ENVIRONMENT. */
export const clientOf = async (services: Services, name: string, endpoint: string) => {
  const environment = (await resultOf(services, name)) as Record<string, string>;
  return {
    endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: environment.AWS_SESSION_TOKEN ?? '',
    },
  };
};
