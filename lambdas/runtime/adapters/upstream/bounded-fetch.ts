import { timeLimitMs } from '../../time-limits.ts';

/** For one request: connecting, headers and body. */
export const REQUEST_TIMEOUT_MS = 5000;
/** For all requests of one login together; with discovery before it a person waits less than ten seconds. */
export const IDENTIFY_TIMEOUT_MS = 6500;
/** Longest answer of an identity provider that is read. */
const MAX_ANSWER_BYTES = 1_048_576;

/** An answer that is no answer: the provider sent more than anybody needs. */
export class AnswerTooLargeError extends Error {
  constructor() {
    super(`answer of more than ${MAX_ANSWER_BYTES} bytes`);
    this.name = 'AnswerTooLargeError';
  }
}

/** The part of `RequestInit` that is used here. */
interface FetchOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: URLSearchParams | undefined;
  readonly signal?: AbortSignal;
}

export type BoundedFetch = (url: string, options: FetchOptions) => Promise<Response>;

/**
 * `fetch` for requests that may carry our secret: follows no redirect (catalogue #166), and has read the whole answer,
 * within its limits of time and size, when it returns.
 *
 * @param timeoutMs for connecting, headers and body together, in AWS
 */
export const boundedFetch =
  (timeoutMs: number): BoundedFetch =>
  async (url, { method = 'GET', headers = {}, body = null, signal }) => {
    const limit = AbortSignal.timeout(timeLimitMs(timeoutMs));
    const answer = await fetch(url, {
      method,
      headers,
      body,
      redirect: 'error',
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
    });
    const content = await readAll(answer);
    const isWithoutBody = answer.status === 204 || answer.status === 205 || answer.status === 304;
    return new Response(isWithoutBody ? null : content, { status: answer.status, headers: answer.headers });
  };

const readAll = async (answer: Response): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new AnswerTooLargeError();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
};
