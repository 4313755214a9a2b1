import { UnavailableError } from '../../../core/oauth-error.ts';
import { retry } from '../../../core/retry.ts';
import type { AwsService } from '../../ports/index.ts';
import { timeLimitMs } from '../../time-limits.ts';
import { requestSigner } from '../request-signer.ts';

export interface SignedCallOptions extends AwsService {
  readonly attempts: number;
  readonly attemptTimeoutMs: number;
  readonly fetch?: typeof fetch;
}

/**
 * Carries out one action of DynamoDB.
 *
 * @returns DynamoDB's answer
 * @throws UnavailableError
 */
export type SignedCall = (action: string, input: object) => Promise<Readonly<Record<string, unknown>>>;

/** Calls DynamoDB without the AWS SDK, for functions that should start fast. */
export const signedDynamoDbCall = (options: SignedCallOptions): SignedCall => {
  const { attempts, attemptTimeoutMs, fetch: send = fetch } = options;
  const sign = requestSigner('dynamodb', options);
  const attempt = async (action: string, input: string): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${action}` };
    const { url, ...signed } = await sign({ path: '/', headers, body: input });
    const response = await send(url, {
      ...signed,
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
