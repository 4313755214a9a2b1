import { Writable } from 'node:stream';

// The global `awslambda` of Lambda's Node.js runtime, which streaming handlers use.

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const DELIMITER_BYTES = 8;

/** The stream to which a streaming handler writes. One chunk is in flight at a time, which makes the backpressure. */
export class ResponseStream extends Writable {
  readonly #send: (bytes: Uint8Array) => void;
  #taken: (() => void) | undefined;
  #prelude: string | undefined;

  constructor(send: (bytes: Uint8Array) => void) {
    super();
    this.#send = send;
    // A client that disconnects is not an error of the handler. Without a listener the error would end the worker.
    this.on('error', () => {});
  }

  /** Only `HttpResponseStream.from` uses it. */
  setContentType(_contentType: string): void {}

  /** Sent before the first chunk, as in the runtime: a stream that ends without a write has no metadata. */
  set prelude(json: string) {
    this.#prelude = json;
  }

  /** The receiver has consumed the last chunk. */
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

/** Defines `globalThis.awslambda`. Call it before a bundle is imported, because bundles wrap their handlers while they load. */
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
