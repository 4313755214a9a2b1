import { UnavailableError } from '../../core/oauth-error.ts';
import { retry } from '../../core/retry.ts';
import type { AwsService } from '../ports/index.ts';
import { timeLimitMs } from '../time-limits.ts';
import { requestSigner } from './request-signer.ts';

/** A service whose actions are JSON in a POST request, and how it names them. */
export const JSON_SERVICES = {
  dynamodb: { name: 'DynamoDB', targetPrefix: 'DynamoDB_20120810', contentType: 'application/x-amz-json-1.0' },
  secretsmanager: {
    name: 'Secrets Manager',
    targetPrefix: 'secretsmanager',
    contentType: 'application/x-amz-json-1.1',
  },
} as const;

export interface SignedCallOptions extends AwsService {
  readonly attempts: number;
  readonly attemptTimeoutMs: number;
  readonly fetch?: typeof fetch;
}

/**
 * Carries out one action of a service.
 *
 * @returns the answer of the service
 * @throws UnavailableError. Its cause has the name of the service's error, such as `ResourceNotFoundException`.
 */
export type SignedCall = (action: string, input: object) => Promise<Readonly<Record<string, unknown>>>;

/** Calls a service without the AWS SDK, for functions that should start fast. */
export const signedCall = (service: keyof typeof JSON_SERVICES, options: SignedCallOptions): SignedCall => {
  const { attempts, attemptTimeoutMs, fetch: send = fetch } = options;
  const { name, targetPrefix, contentType } = JSON_SERVICES[service];
  const sign = requestSigner(service, options);
  const attempt = async (action: string, input: string): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { 'content-type': contentType, 'x-amz-target': `${targetPrefix}.${action}` };
    const { url, ...signed } = await sign({ path: '/', headers, body: input });
    const response = await send(url, {
      ...signed,
      redirect: 'error',
      signal: AbortSignal.timeout(timeLimitMs(attemptTimeoutMs)),
    });
    if (!response.ok) throw errorOf(action, response.status, await response.text());
    return (await response.json()) as Readonly<Record<string, unknown>>;
  };

  return async (action, input) => {
    const body = JSON.stringify(input);
    try {
      return await retry(() => attempt(action, body), { attempts });
    } catch (error) {
      throw new UnavailableError(name, error);
    }
  };
};

const errorOf = (action: string, status: number, body: string): Error => {
  const error = new Error(`${action} answered ${status}: ${body.slice(0, 300)}`);
  error.name = /"__type" *: *"(?:[^"]*#)?(\w+)"/.exec(body)?.[1] ?? error.name;
  return error;
};
