import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LOCAL_REGION, type ResolvedTemplate, type Resource } from '../resolved-template.ts';
import { type Credentials, regionalFunctions } from '../services/principals.ts';

/** One function of the template, ready to be started. */
export interface FunctionDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly moduleUrl: string;
  readonly exportName: string;
  readonly timeoutMs: number;
  /** How long the initialization code may run. */
  readonly initTimeoutMs: number;
  readonly memoryMb: number;
  /** The complete process.env of the function. */
  readonly environment: Readonly<Record<string, string>>;
}

/** URLs of the local services. */
export interface ServiceEndpoints {
  readonly dynamodb: string;
  readonly kms: string;
  readonly secretsManager: string;
  readonly lambda: string;
}

const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;
const INIT_TIMEOUT_MS = 10_000;
/** Lambda refuses a template that sets one of these variables. */
const RESERVED_VARIABLE =
  /^(AWS_(REGION|DEFAULT_REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|EXECUTION_ENV|LAMBDA_.+)|_HANDLER|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

/** How a machine differs from AWS, for every function. */
export interface FunctionSettings {
  /** How many times longer functions may run than in AWS. @default 1 */
  readonly timeLimitFactor?: number | undefined;
  /** Environment variables that the template does not have. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** @throws Error with the logical id of a function that cannot be run */
export const readFunctions = (
  template: ResolvedTemplate,
  credentialsOf: (logicalId: string) => Credentials,
  endpoints: ServiceEndpoints,
  { timeLimitFactor = 1, variables = {} }: FunctionSettings = {},
): FunctionDefinition[] =>
  regionalFunctions(template).map((resource) => {
    const { logicalId, physicalId: name, properties } = resource;
    const runtime = String(properties.Runtime);
    if (!runtime.startsWith('nodejs'))
      throw new Error(`${logicalId}: the local cloud runs nodejs only, not ${runtime}`);
    const folder = assetFolder(resource, template.assemblyDirectory);
    const handler = String(properties.Handler);
    const [module = '', exportName = ''] = handler.split('.');
    const file = ['.mjs', '.js', '.cjs'].map((extension) => join(folder, module + extension)).find(existsSync);
    if (!file) throw new Error(`${logicalId}: its handler ${handler} is not in ${folder}`);
    const memoryMb = Number(properties.MemorySize ?? DEFAULT_MEMORY_MB);
    return {
      logicalId,
      name,
      arn: resource.arn ?? '',
      moduleUrl: pathToFileURL(file).href,
      exportName,
      timeoutMs: Number(properties.Timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000 * timeLimitFactor,
      initTimeoutMs: INIT_TIMEOUT_MS * timeLimitFactor,
      memoryMb,
      environment: {
        ...variables,
        ...templateVariables(resource),
        ...runtimeVariables(name, handler, memoryMb, folder),
        ...serviceVariables(endpoints),
        ...credentialVariables(credentialsOf(logicalId)),
      },
    };
  });

const assetFolder = ({ logicalId, metadata }: Resource, assemblyDirectory: string): string => {
  const path = metadata['aws:asset:path'];
  if (typeof path !== 'string') {
    throw new Error(`${logicalId}: its code is not an asset (metadata aws:asset:path is missing)`);
  }
  return resolve(assemblyDirectory, path);
};

const templateVariables = ({ logicalId, properties }: Resource): Record<string, string> => {
  const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
  const reserved = Object.keys(Variables).find((name) => RESERVED_VARIABLE.test(name));
  if (reserved) throw new Error(`${logicalId}: Lambda reserves the environment variable ${reserved}`);
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, String(value)]));
};

const runtimeVariables = (name: string, handler: string, memoryMb: number, folder: string) => ({
  AWS_REGION: LOCAL_REGION,
  AWS_DEFAULT_REGION: LOCAL_REGION,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  LAMBDA_TASK_ROOT: folder,
  TZ: ':UTC',
  _HANDLER: handler,
  // Without it the SDK would read the AWS profile in the home folder of the user who started this run.
  HOME: folder,
});

const serviceVariables = (endpoints: ServiceEndpoints) => ({
  AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
  AWS_ENDPOINT_URL_KMS: endpoints.kms,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
  AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
  // A call to any other service is answered with an error, and never leaves this machine.
  AWS_ENDPOINT_URL: endpoints.kms,
});

const credentialVariables = ({ accessKeyId, secretAccessKey, sessionToken }: Credentials) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
});
