import { AwsV4Signer } from 'aws4fetch';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { retry } from '../../../core/retry.ts';
import { timeLimitMs } from '../../time-limits.ts';

export interface SignedCallOptions {
  /** DynamoDB's endpoint, without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly attempts: number;
  readonly attemptTimeoutMs: number;
  readonly fetch?: typeof fetch;
}

/** One action of DynamoDB with its input; answers what DynamoDB answers. Rejects with UnavailableError. */
export type SignedCall = (action: string, input: object) => Promise<Readonly<Record<string, unknown>>>;

/** Calls DynamoDB by signed requests and no AWS SDK, whose loading would cost a function 45 ms. */
export const signedDynamoDbCall = (options: SignedCallOptions): SignedCall => {
  const { endpoint, attempts, attemptTimeoutMs, fetch: send = fetch, ...credentials } = options;
  const attempt = async (action: string, body: string): Promise<Readonly<Record<string, unknown>>> => {
    const signed = await new AwsV4Signer({
      ...credentials,
      service: 'dynamodb',
      method: 'POST',
      url: `${endpoint}/`,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${action}` },
      body,
    }).sign();
    const response = await send(signed.url, {
      method: signed.method,
      headers: signed.headers,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeLimitMs(attemptTimeoutMs)),
    });
    if (!response.ok)
      throw new Error(`${action} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
    return (await response.json()) as Readonly<Record<string, unknown>>;
  };

  return async (action, input) => {
    const body = JSON.stringify(input);
    try {
      return await retry(() => attempt(action, body), { attempts });
    } catch (error) {
      throw new UnavailableError('DynamoDB', error);
    }
  };
};
