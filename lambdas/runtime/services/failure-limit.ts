import type { Client } from '../../core/clients/client.ts';
import { OAuthError } from '../../core/oauth-error.ts';
import type { RateLimiter } from './rate-limiter.ts';

export interface Attempt {
  /** Undefined for an unknown client id. Nothing is counted for unknown ids. */
  readonly client: Client | undefined;
  /** Epoch seconds. */
  readonly now: number;
  readonly requestId: string;
}

/**
 * Counts the wrong codes and secrets that are presented for a known client (RFC 6749 §10.10, #241). Beyond the limit, a
 * failure is answered 429. A correct request is never counted, looked up or refused, so that an attacker cannot lock a
 * client out by failing under its id.
 *
 * @throws OAuthError `too_many_requests`, or what `run` throws
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
    throw new OAuthError('too_many_requests', 'This client has failed too often recently. Try again later.', {
      detail: error.detail ?? error.message,
      cause: error,
      headers: { 'retry-after': String(waitSeconds) },
    });
  }
};
