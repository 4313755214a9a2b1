import type { Client } from '../../core/clients/client.ts';
import { OAuthError } from '../../core/oauth-error.ts';
import type { RateLimiter } from './rate-limiter.ts';

export interface Attempt {
  /** Undefined when nobody has that client id: of made-up ones nothing is counted. */
  readonly client: Client | undefined;
  /** Epoch seconds. */
  readonly now: number;
  readonly requestId: string;
}

/**
 * Counts what a known client presents in vain (RFC 6749 §10.10, #241). Beyond the limit a failure is answered 429 in
 * place of its refusal; whatever is right is never counted, looked up or refused, so that nobody locks a client out by
 * failing under its id.
 *
 * @throws OAuthError `too_many_requests`; whatever `run` throws
 */
export const countingFailures = async <T>(
  failures: RateLimiter,
  { client, now, requestId }: Attempt,
  run: () => Promise<T>,
): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    if (client === undefined || !(error instanceof OAuthError) || !error.isGuess) throw error;
    const { clientId } = client;
    const waitSeconds = await failures.hit([clientId], { now, requestId, clientId });
    if (waitSeconds === undefined) throw error;
    throw new OAuthError('too_many_requests', 'This client failed too often of late. Try again later.', {
      detail: error.detail ?? error.message,
      cause: error,
      headers: { 'retry-after': String(waitSeconds) },
    });
  }
};
