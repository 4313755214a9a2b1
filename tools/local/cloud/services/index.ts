import { join } from 'node:path';
import { AwsV4Signer } from 'aws4fetch';
import { type FunctionSettings, readFunctions, type ServiceEndpoints } from '../lambda/definition.ts';
import type { OnLog } from '../lambda/execution-environment.ts';
import { type Functions, startFunctions } from '../lambda/functions.ts';
import { LOCAL_REGION, type ResolvedTemplate } from '../resolved-template.ts';
import { AwsError } from './aws-error.ts';
import { type OnCall, type ServiceName, startJsonServer } from './aws-json-server.ts';
import { type CustomResourcesState, runCustomResources } from './cloudformation.ts';
import { assertComplete, LAST_FILE, lost, takeDataFolder } from './data-folder.ts';
import { startDynamoDb } from './dynamodb.ts';
import { type Events, startEvents } from './events.ts';
import { kmsService } from './kms/index.ts';
import type { KmsState } from './kms/key.ts';
import { createKeys } from './kms/template-keys.ts';
import { startLambdaApi } from './lambda-api.ts';
import { type Credentials, type Principals, readPrincipals } from './principals.ts';
import { createSecrets, type SecretsState, secretsManagerService } from './secrets-manager.ts';
import { openStateFile } from './state-file.ts';

export interface ServicesOptions extends FunctionSettings {
  /** Folder that keeps all data across restarts. @default in memory */
  readonly dataDir?: string | undefined;
  /** URL of another DynamoDB that replaces the embedded one. */
  readonly dynamoDbEndpoint?: string | undefined;
  /** Wraps each call to DynamoDB, KMS, Secrets Manager and Lambda. */
  readonly onCall?: OnCall;
  /** Receives every line that a function writes, and every line that Lambda writes about it. */
  readonly onLog?: OnLog;
  /** Receives a description of each step as it begins. */
  readonly onStep?: (text: string) => void;
}

/** The running services and functions of a template. */
export interface Services {
  readonly endpoints: ServiceEndpoints;
  readonly functions: Functions;
  readonly events: Events;
  /** Credentials with every permission, as an account's administrator has. Each run has new ones. */
  readonly operator: Credentials;
  /**
   * Calls a service over HTTP as the operator, as `aws …` on a command line would.
   * @throws AwsError with the name that the service returns
   */
  asOperator(service: ServiceName, action: string, input: object): Promise<Record<string, unknown>>;
  /** Stops everything at once: drops connections, stops workers and closes databases. */
  close(): Promise<void>;
}

const TARGET_PREFIX: Readonly<Record<ServiceName, string>> = {
  dynamodb: 'DynamoDB_20120810',
  kms: 'TrentService',
  secretsmanager: 'secretsmanager',
};

/**
 * Starts DynamoDB, KMS, Secrets Manager and the functions of a template, and runs its custom resources.
 * @throws Error with the logical id of what cannot be run or enforced. Everything that was started is then stopped.
 */
export const startServices = async (template: ResolvedTemplate, options: ServicesOptions = {}): Promise<Services> => {
  const started: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const stop of started.splice(0).reverse()) await stop();
  };
  try {
    return { ...(await startAll(template, options, started)), close };
  } catch (error) {
    await close();
    throw error;
  }
};

const startAll = async (
  template: ResolvedTemplate,
  { dataDir, dynamoDbEndpoint, onCall, onLog = () => {}, onStep, ...settings }: ServicesOptions,
  started: (() => Promise<void> | void)[],
): Promise<Omit<Services, 'close'>> => {
  const principals = readPrincipals(template);
  if (dataDir) {
    started.push(await takeDataFolder(dataDir));
    const names = [...(dynamoDbEndpoint ? [] : ['dynamodb']), 'secrets.json', 'keys.json'];
    await assertComplete(dataDir, names);
  }
  const stateFile = <T extends object>(name: string, initial: T) =>
    openStateFile(dataDir && join(dataDir, name), initial);

  const deployed = await stateFile<CustomResourcesState>(LAST_FILE, {});

  onStep?.('Creating tables and secrets…');
  const dynamoDb = await startDynamoDb(template, { folder: dataDir, endpoint: dynamoDbEndpoint });
  started.push(dynamoDb.close);
  // A newer template may have a new table, but not only new ones.
  const hasKeptTables = dynamoDb.tableCount === 0 || dynamoDb.createdTables.length < dynamoDb.tableCount;
  if (dataDir && !dynamoDbEndpoint && Object.keys(deployed.value).length > 0 && !hasKeptTables) {
    throw lost(join(dataDir, 'dynamodb'), 'has lost its tables');
  }
  const secrets = await stateFile<SecretsState>('secrets.json', {});
  await createSecrets(template, secrets);
  const keys = await stateFile<KmsState>('keys.json', {});
  await createKeys(template, principals, keys);

  const listening = await Promise.all(
    [dynamoDb.service, kmsService(keys, principals), secretsManagerService(template, secrets)].map((service) =>
      startJsonServer(service, principals, onCall),
    ),
  );
  started.push(...listening.map((server) => server.close));
  const [dynamodb = '', kms = '', secretsManager = ''] = listening.map(({ url }) => url);
  let running: Functions | undefined;
  const lambdaApi = await startLambdaApi(() => running, principals, onCall);
  started.push(lambdaApi.close);
  const endpoints = { dynamodb, kms, secretsManager, lambda: lambdaApi.url };

  const definitions = readFunctions(template, (logicalId) => credentialsOf(principals, logicalId), endpoints, settings);
  const functions = startFunctions(template, definitions, onLog);
  started.push(functions.close);
  running = functions;

  // Tables behind an endpoint may have been emptied. Then the rows that the custom resources wrote are gone.
  const always = dynamoDbEndpoint !== undefined && dynamoDb.createdTables.length > 0;
  await runCustomResources(template, functions, deployed, { always, ...(onStep ? { onStep } : {}) });

  const events = startEvents(template, functions, (functionLogicalId, error) =>
    onLog({ functionLogicalId, source: 'platform', text: `scheduled run failed: ${String(error)}` }),
  );
  started.push(events.close);

  const { credentials: operator } = principals.operator;
  const url = { dynamodb, kms, secretsmanager: secretsManager };
  return {
    endpoints,
    functions,
    events,
    operator,
    asOperator: (service, action, input) => callAs(operator, service, url[service], action, input),
  };
};

const credentialsOf = (principals: Principals, logicalId: string): Credentials => {
  const caller = principals.functions.get(logicalId);
  if (!caller) throw new Error(`${logicalId} has no role`);
  return caller.credentials;
};

const callAs = async (
  credentials: Credentials,
  service: ServiceName,
  url: string,
  action: string,
  input: object,
): Promise<Record<string, unknown>> => {
  const headers = {
    'content-type': service === 'dynamodb' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1',
    'x-amz-target': `${TARGET_PREFIX[service]}.${action}`,
  };
  const body = JSON.stringify(input);
  const signer = new AwsV4Signer({ ...credentials, url, service, region: LOCAL_REGION, headers, body });
  const signed = await signer.sign();
  const response = await fetch(signed.url, { method: 'POST', headers: signed.headers, body });
  const answer = (await response.json()) as Record<string, unknown>;
  if (response.ok) return answer;
  const name = String(answer.__type).replace(/^.*#/, '');
  throw new AwsError(name, String(answer.message ?? answer.Message ?? name), response.status);
};
