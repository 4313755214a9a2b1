import { Readable } from 'node:stream';
import { FunctionError, type StreamedInvocation } from '../function-invoker.ts';
import type { ExecutionEnvironment, InvocationListener } from './execution-environment.ts';
import type { Invocation } from './protocol.ts';

type StreamMetadata = StreamedInvocation['metadata'];

export interface StreamedAnswer extends StreamedInvocation {
  /** Destroying it tells the function that the reader has gone. It fails when the function fails. */
  readonly body: Readable;
  /** True when the function does not stream and answered in one piece. */
  readonly plain: boolean;
}

const DELIMITER = Buffer.alloc(8);
/** API Gateway searches for the delimiter within this many bytes. */
const MAX_METADATA_BYTES = 16 * 1024;
const METADATA_KEYS = ['statusCode', 'headers', 'multiValueHeaders', 'cookies'];

/**
 * Runs one invocation as API Gateway does with response streaming.
 * @param done called when the environment is free again
 * @returns as soon as the metadata has arrived
 * @throws FunctionError
 */
export const streamAnswer = (
  environment: ExecutionEnvironment,
  invocation: Invocation,
  signal: AbortSignal | undefined,
  done: () => void,
): Promise<StreamedAnswer> =>
  new Promise((resolve, reject) => {
    let head: Buffer | undefined = Buffer.alloc(0);
    let over = false;
    let next: (() => void) | undefined;
    const body = new Readable({
      read: () => {
        const taken = next;
        next = undefined;
        taken?.();
      },
      destroy: (error, callback) => {
        if (!over) environment.abort();
        callback(error);
      },
    });
    // A failure is reported with the metadata. An error of a body without a reader must not end the process.
    body.on('error', () => {});
    const give = (bytes: Uint8Array, taken: () => void) => {
      if (bytes.length === 0 || body.push(bytes)) taken();
      else next = taken;
    };
    const fail = (error: Error) => {
      reject(error);
      body.destroy(error);
    };
    const listener: InvocationListener = {
      chunk: (bytes, taken) => {
        if (body.destroyed) return taken();
        if (!head) return give(bytes, taken);
        head = Buffer.concat([head, bytes]);
        const at = head.indexOf(DELIMITER);
        if (at < 0 && head.length <= MAX_METADATA_BYTES) return taken();
        const metadata = at < 0 ? undefined : parseMetadata(head.subarray(0, at));
        if (!metadata) {
          fail(malformed(`the answer must begin with JSON of ${METADATA_KEYS.join(', ')} and eight NUL bytes`));
          return taken();
        }
        const rest = head.subarray(at + DELIMITER.length);
        head = undefined;
        resolve({ metadata, body, plain: false });
        give(rest, taken);
      },
      end: () => {
        over = true;
        if (head) fail(malformed('the stream ended before its metadata: write at least an empty string to it'));
        else body.push(null);
      },
      result: (payload) => {
        over = true;
        const answer = plainAnswer(payload);
        if (!answer) return fail(malformed('the function did not answer with {statusCode, headers, body}'));
        head = undefined;
        resolve({ metadata: answer.metadata, body, plain: true });
        body.push(answer.body);
        body.push(null);
      },
      failed: (error) => {
        // A failure after the end appears in the platform's log only: the client has its complete answer.
        if (!over) fail(error);
        over = true;
      },
    };
    const onAbort = () => fail(new FunctionError('Caller.Gone', 'the client has gone'));
    signal?.addEventListener('abort', onAbort, { once: true });
    void environment.invoke(invocation, listener).then(() => {
      signal?.removeEventListener('abort', onAbort);
      listener.failed(new FunctionError('Runtime.StreamClosed', 'the handler closed its stream without ending it'));
      done();
    });
  });

const malformed = (message: string) => new FunctionError('MalformedStream', message);

const parseMetadata = (bytes: Buffer): StreamMetadata | undefined => {
  const value = parseObject(bytes.toString('utf8'));
  return value && Object.keys(value).every((key) => METADATA_KEYS.includes(key))
    ? (value as StreamMetadata)
    : undefined;
};

const plainAnswer = (payload: string): { metadata: StreamMetadata; body: Buffer } | undefined => {
  const value = parseObject(payload);
  if (!value || !('statusCode' in value)) return undefined;
  const { body, isBase64Encoded, ...metadata } = value;
  return { metadata, body: Buffer.from(String(body ?? ''), isBase64Encoded === true ? 'base64' : 'utf8') };
};

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};
