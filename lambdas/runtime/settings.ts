import type { Setting } from '../core/settings.ts';
import type { AwsService } from './ports/index.ts';

// The only reader of process.env. Settings are read at cold start, so that a missing one stops the function at once
// and by name.

/**
 * The value of a setting.
 *
 * @throws Error that names the variable when it is missing or does not have the expected shape
 */
export const read = <T>(setting: Setting<T>): T => parse(setting, text(setting.variable));

/** The value of a setting that the stack leaves out where the configuration does not need it. */
export const readOptional = <T>(setting: Setting<T>): T | undefined => {
  const value = process.env[setting.variable];
  return value ? parse(setting, value) : undefined;
};

/**
 * Endpoint and credentials as the AWS SDK would find them, for requests that are signed without it. Nothing else names
 * an endpoint of AWS.
 */
export const awsService = (service: keyof typeof ENDPOINT_VARIABLES): AwsService => {
  const region = text('AWS_REGION');
  const sessionToken = process.env.AWS_SESSION_TOKEN;
  return {
    region,
    endpoint: configuredEndpoint(service) ?? `https://${service}.${region}.amazonaws.com`,
    accessKeyId: text('AWS_ACCESS_KEY_ID'),
    secretAccessKey: text('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken ? { sessionToken } : {}),
  };
};

/** As the SDK names them, after the service id of each service. */
const ENDPOINT_VARIABLES = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  lambda: 'AWS_ENDPOINT_URL_LAMBDA',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
} as const;

/** The SDK's own variables. It takes an empty one for a missing one, and a request begins its path with a slash. */
const configuredEndpoint = (service: keyof typeof ENDPOINT_VARIABLES): string | undefined => {
  if (process.env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return undefined;
  const url = process.env[ENDPOINT_VARIABLES[service]] || process.env.AWS_ENDPOINT_URL;
  return url ? url.replace(/\/$/, '') : undefined;
};

const text = (name: string): string => {
  const value = process.env[name];
  if (!value)
    throw new Error(`environment variable ${name} is missing: deploy the stack that belongs to this function`);
  return value;
};

const parse = <T>({ variable, schema }: Setting<T>, value: string): T => {
  if (schema === undefined) return value as T;
  const result = schema.safeParse(parseJson(variable, value));
  if (!result.success) {
    throw new Error(`environment variable ${variable} does not have the shape that this function expects`);
  }
  return result.data;
};

const parseJson = (variable: string, value: string): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    throw new Error(`environment variable ${variable} is not JSON`);
  }
};
