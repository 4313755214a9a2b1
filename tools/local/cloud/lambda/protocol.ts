/** The data with which a function's worker starts. */
export interface WorkerSetup {
  /** `file:` URL of the bundle. */
  readonly moduleUrl: string;
  /** Name of the export that handles events. */
  readonly exportName: string;
  readonly functionName: string;
  readonly memoryMb: number;
}

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON. */
  readonly event: string;
  /** Epoch milliseconds at which the invocation times out. */
  readonly deadlineMs: number;
}

export type ToWorker =
  | ({ readonly type: 'invoke' } & Invocation)
  /** The last chunk was consumed: send the next one. */
  | { readonly type: 'taken' }
  /** The reader has gone. */
  | { readonly type: 'abort' }
  /** The clock shows another time from now on. */
  | { readonly type: 'clock'; readonly offsetMs: number };

/** A thrown error, as Lambda reports it. */
export interface ThrownError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** `result`, `closed` and `failed` end an invocation: the worker can serve the next one. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'initFailed'; readonly error: ThrownError }
  | { readonly type: 'log'; readonly requestId: string | undefined; readonly text: string }
  /** A plain handler's result, as JSON. */
  | { readonly type: 'result'; readonly payload: string }
  /** The next chunk of a streaming handler's answer. No other chunk follows before `taken`. */
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  /** A streaming handler has ended its stream. It may still be running. */
  | { readonly type: 'end' }
  /** A streaming handler has settled, and its stream is closed. */
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly error: ThrownError };
