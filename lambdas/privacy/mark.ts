import { AwsV4Signer } from 'aws4fetch';
import { UnavailableError } from '../core/oauth-error.ts';
import { timeLimitMs } from '../runtime/time-limits.ts';

export interface MarkOptions {
  /** Of the function that owns the key ring, and with it the marks. */
  readonly functionName: string;
  /** Lambda's endpoint, without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly fetch?: typeof fetch;
}

/** The function may have to load first. */
const TIMEOUT_MS = 30_000;

/**
 * Sets the mark by which everything that an erased person's tokens could do ends, as an administrator would.
 * @throws UnavailableError when Lambda or the function does not do it
 */
export const endTokensOf =
  ({ functionName, endpoint, fetch: send = fetch, ...credentials }: MarkOptions) =>
  async (subject: string): Promise<void> => {
    const body = JSON.stringify({ action: 'setNotBefore', erasedSubject: subject });
    try {
      const signed = await new AwsV4Signer({
        ...credentials,
        service: 'lambda',
        method: 'POST',
        url: `${endpoint}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
        headers: { 'content-type': 'application/json' },
        body,
      }).sign();
      const { method, headers, url } = signed;
      const signal = AbortSignal.timeout(timeLimitMs(TIMEOUT_MS));
      const answer = await send(url, { method, headers, body, redirect: 'error', signal });
      // A function that failed is told by a header, with status 200.
      if (answer.status === 200 && !answer.headers.has('x-amz-function-error')) return;
      throw new Error(`${functionName} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    } catch (error) {
      throw new UnavailableError('the function that keeps the marks', error);
    }
  };
