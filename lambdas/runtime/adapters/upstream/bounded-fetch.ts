import { timeLimitMs } from '../../time-limits.ts';

/** For one request: connection, headers and body. */
export const REQUEST_TIMEOUT_MS = 5000;
/** For all requests of one login together. With discovery before it, a user waits less than ten seconds. */
export const IDENTIFY_TIMEOUT_MS = 6500;
/** The longest response that we read from an identity provider. */
const MAX_RESPONSE_BYTES = 1_048_576;

/** The response of the provider exceeds the limit, so it is not read. */
export class ResponseTooLargeError extends Error {
  constructor() {
    super(`response of more than ${MAX_RESPONSE_BYTES} bytes`);
    this.name = 'ResponseTooLargeError';
  }
}

/** The members of `RequestInit` that this function supports. */
interface FetchOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: URLSearchParams | undefined;
  readonly signal?: AbortSignal;
}

export type BoundedFetch = (url: string, options: FetchOptions) => Promise<Response>;

/**
 * `fetch` for requests that may carry our client secret. It follows no redirect (#166) and reads the whole response
 * within limits of time and size before it returns.
 *
 * @param timeoutMs for connection, headers and body together; longer in the local run
 */
export const boundedFetch =
  (timeoutMs: number): BoundedFetch =>
  async (url, { method = 'GET', headers = {}, body = null, signal }) => {
    const limit = AbortSignal.timeout(timeLimitMs(timeoutMs));
    const response = await fetch(url, {
      method,
      headers,
      body,
      redirect: 'error',
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
    });
    const content = await readAll(response);
    const isWithoutBody = [204, 205, 304].includes(response.status);
    return new Response(isWithoutBody ? null : content, { status: response.status, headers: response.headers });
  };

const readAll = async (response: Response): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_RESPONSE_BYTES) throw new ResponseTooLargeError();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
};
