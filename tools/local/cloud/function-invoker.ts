/** The caller of a function, which is checked against `AWS::Lambda::Permission`. */
export interface Caller {
  /** Such as `apigateway.amazonaws.com`. */
  readonly principal: string;
  readonly sourceArn: string;
}

export interface InvokeOptions {
  readonly caller: Caller;
  /** How long the caller waits. The function's own timeout applies as well. */
  readonly timeoutMs: number;
  /** Aborted when the caller no longer waits for the answer. */
  readonly signal?: AbortSignal;
}

/** The outcome of a buffered invocation. */
export type Invocation =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** The answer of a streamed invocation: metadata first, then the body. */
export interface StreamedInvocation {
  readonly metadata: {
    readonly statusCode?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
    readonly cookies?: readonly string[];
  };
  readonly body: AsyncIterable<Uint8Array>;
}

/** How API Gateway reaches the functions. Both reject only when the function cannot be run at all. */
export interface FunctionInvoker {
  invoke(functionArn: string, event: unknown, options: InvokeOptions): Promise<Invocation>;
  /** @throws FunctionError when the function fails before its first byte. */
  invokeStreaming(functionArn: string, event: unknown, options: InvokeOptions): Promise<StreamedInvocation>;
}

/** A function threw, timed out, or may not be invoked by this caller. */
export class FunctionError extends Error {
  readonly errorType: string;
  constructor(errorType: string, errorMessage: string) {
    super(errorMessage);
    this.name = 'FunctionError';
    this.errorType = errorType;
  }
}
