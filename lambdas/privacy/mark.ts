import { UnavailableError } from '../core/oauth-error.ts';
import type { SignRequest } from '../runtime/ports/index.ts';
import { timeLimitMs } from '../runtime/time-limits.ts';

export interface MarkOptions {
  /** The name of the key-ring function, which owns the not-before marks. */
  readonly functionName: string;
  /** Signs requests to Lambda. */
  readonly sign: SignRequest;
  /** @default the global fetch */
  readonly fetch?: typeof fetch;
}

/** Long enough for a cold start of the function. */
const TIMEOUT_MS = 30_000;

/**
 * Sets the not-before mark that ends every token of an erased user, by a command to the key-ring function.
 *
 * @returns a function that takes the subject, and throws UnavailableError if the mark was not set
 */
export const endTokensOf =
  ({ functionName, sign, fetch: send = fetch }: MarkOptions) =>
  async (subject: string): Promise<void> => {
    try {
      const { url, ...signed } = await sign({
        path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ action: 'setNotBefore', erasedSubject: subject }),
      });
      const signal = AbortSignal.timeout(timeLimitMs(TIMEOUT_MS));
      const response = await send(url, { ...signed, redirect: 'error', signal });
      // Lambda answers 200 even if the function failed, and reports the failure in a header.
      if (response.status === 200 && !response.headers.has('x-amz-function-error')) return;
      throw new Error(`${functionName} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
    } catch (error) {
      throw new UnavailableError('the key-ring function', error);
    }
  };
