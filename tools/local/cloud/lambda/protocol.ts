/** What a function's worker is started with. */
export interface WorkerSetup {
  /** `file:` URL of the bundle. */
  readonly moduleUrl: string;
  /** Name of the export that handles events. */
  readonly exportName: string;
  readonly functionName: string;
  readonly memoryMb: number;
  readonly clockOffsetMs: number;
}

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON. */
  readonly event: string;
  /** Epoch milliseconds at which the invocation is cut off. */
  readonly deadlineMs: number;
}

export type ToWorker =
  | ({ readonly type: 'invoke' } & Invocation)
  /** The last chunk was taken: send the next. */
  | { readonly type: 'taken' }
  /** Nobody listens any more. */
  | { readonly type: 'abort' };

/** What was thrown, as Lambda reports it. */
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
  /** The next piece of a streaming handler's answer; no other follows before `taken`. */
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  /** A streaming handler ended its stream; it may still be at work. */
  | { readonly type: 'end' }
  /** A streaming handler has settled, and its stream is closed. */
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly error: ThrownError };
