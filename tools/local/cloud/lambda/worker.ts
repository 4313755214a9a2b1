import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, Invocation, ThrownError, ToWorker, WorkerSetup } from './protocol.ts';
import { installAwsLambda, isStreaming, ResponseStream } from './response-stream.ts';

// Runs in a worker thread. Does what Lambda's Node.js runtime does around a handler, one invocation at a time.

type Handler = (...parameters: unknown[]) => unknown;

const setup = workerData as WorkerSetup;
let requestId: string | undefined;
let stream: ResponseStream | undefined;

const tell = (message: FromWorker) => parentPort?.postMessage(message);

const write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
  tell({
    type: 'log',
    requestId,
    text: typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString(),
  });
  const done = typeof encoding === 'function' ? encoding : callback;
  if (typeof done === 'function') queueMicrotask(() => done());
  return true;
};
process.stdout.write = write;
process.stderr.write = write;

const describe = (error: unknown): ThrownError =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: typeof error, errorMessage: typeof error === 'string' ? error : JSON.stringify(error) };

const RealDate = Date;
let clockOffsetMs = 0;

/** Time passes at its normal pace. */
const setClock = (offsetMs: number): void => {
  clockOffsetMs = offsetMs;
  if (Date !== RealDate) return;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, parameters, self) =>
      Reflect.construct(target, parameters.length === 0 ? [RealDate.now() + clockOffsetMs] : parameters, self),
    get: (target, name, self) =>
      name === 'now' ? () => RealDate.now() + clockOffsetMs : Reflect.get(target, name, self),
  });
};

/**
 * Takes away what no function uses: `import 'node:http'` reads these getters, and they load undici. That is a fifth of
 * the time in which an environment starts.
 */
const skipUndici = (): void => {
  const http = process.getBuiltinModule('node:http');
  for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent'])
    Reflect.defineProperty(http, name, { value: undefined });
};

const loadHandler = async (): Promise<Handler> => {
  installAwsLambda();
  skipUndici();
  const bundle = (await import(setup.moduleUrl)) as Record<string, unknown>;
  const handler = bundle[setup.exportName];
  if (typeof handler === 'function') return handler as Handler;
  const error = new Error(`${setup.moduleUrl} exports no function named ${setup.exportName}`);
  error.name = 'Runtime.HandlerNotFound';
  throw error;
};

const remainingMs = (deadlineMs: number): number => Math.max(0, deadlineMs - RealDate.now());

const context = ({ requestId: awsRequestId, functionArn, deadlineMs }: Invocation) => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: setup.functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: functionArn,
  memoryLimitInMB: String(setup.memoryMb),
  awsRequestId,
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  getRemainingTimeInMillis: () => remainingMs(deadlineMs),
});

const invoke = async (handler: Handler, invocation: Invocation): Promise<void> => {
  requestId = invocation.requestId;
  const last = await run(handler, invocation).catch(
    (error): FromWorker => ({ type: 'failed', error: describe(error) }),
  );
  stream = undefined;
  requestId = undefined;
  tell(last);
};

/** @returns the message that ends the invocation */
const run = async (handler: Handler, invocation: Invocation): Promise<FromWorker> => {
  const event: unknown = JSON.parse(invocation.event);
  if (isStreaming(handler)) {
    await streamAnswer(handler, event, invocation);
    return { type: 'closed' };
  }
  return { type: 'result', payload: JSON.stringify(await handler(event, context(invocation))) ?? 'null' };
};

/** Resolves when the handler has settled and its stream is closed, by the handler or because the reader has gone. */
const streamAnswer = async (handler: Handler, event: unknown, invocation: Invocation): Promise<void> => {
  const response = new ResponseStream((bytes) => tell({ type: 'chunk', bytes }));
  stream = response;
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  response.once('finish', () => tell({ type: 'end' }));
  await handler(event, response, context(invocation));
  await closed;
};

try {
  // Only Node.js itself needs it, and Lambda sets no such variable.
  delete process.env.NODE_COMPILE_CACHE;
  const handler = await loadHandler();
  parentPort?.on('message', (message: ToWorker) => {
    if (message.type === 'invoke') void invoke(handler, message);
    else if (message.type === 'taken') stream?.taken();
    else if (message.type === 'clock') setClock(message.offsetMs);
    else stream?.destroy();
  });
  tell({ type: 'ready' });
} catch (error) {
  tell({ type: 'initFailed', error: describe(error) });
}
