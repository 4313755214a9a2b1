import { Writable } from 'node:stream';

// What Lambda's Node.js runtime calls `awslambda`: streaming handlers are written against it.

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const DELIMITER_BYTES = 8;

/** The stream that a streaming handler writes its answer to. One chunk is under way at a time: that is the backpressure. */
export class ResponseStream extends Writable {
  readonly #send: (bytes: Uint8Array) => void;
  #taken: (() => void) | undefined;
  #prelude: string | undefined;

  constructor(send: (bytes: Uint8Array) => void) {
    super();
    this.#send = send;
    // A client that goes away is no error of the handler's; without a listener it would end the worker.
    this.on('error', () => {});
  }

  /** Only `HttpResponseStream.from` has a use for it here. */
  setContentType(_contentType: string): void {}

  /** Goes out before the first written chunk, as in the runtime: a stream ended without any write has no metadata. */
  set prelude(json: string) {
    this.#prelude = json;
  }

  /** The receiver has taken the last chunk. */
  taken(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#taken = callback;
    const prelude = this.#prelude;
    this.#prelude = undefined;
    const head = prelude === undefined ? [] : [Buffer.from(prelude), Buffer.alloc(DELIMITER_BYTES)];
    this.#send(Buffer.concat([...head, chunk]));
  }
}

/** Defines `globalThis.awslambda`. Must run before a bundle is imported: handlers are wrapped while it loads. */
export const installAwsLambda = (): void => {
  const awslambda = {
    streamifyResponse: (handler: object): object => Object.assign(handler, { [STREAMING]: 'response' }),
    HttpResponseStream: {
      from: (stream: ResponseStream, metadata: unknown): ResponseStream => {
        stream.setContentType('application/vnd.awslambda.http-integration-response');
        stream.prelude = JSON.stringify(metadata);
        return stream;
      },
    },
  };
  Object.assign(globalThis, { awslambda });
};

export const isStreaming = (handler: object): boolean => (handler as Record<symbol, unknown>)[STREAMING] === 'response';
