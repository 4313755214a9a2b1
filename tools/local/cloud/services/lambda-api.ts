import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { FunctionError, type StreamedInvocation } from '../function-invoker.ts';
import type { Functions } from '../lambda/functions.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../resolved-template.ts';
import { AwsError } from './aws-error.ts';
import { closeServer, listenOnLoopback, NoAnswer, type OnCall, readBody } from './aws-json-server.ts';
import { eventStreamMessage } from './event-stream.ts';
import { authorize, type Principals } from './principals.ts';
import { authenticate } from './sigv4.ts';

const STREAMING_INVOCATION = /^\/2021-11-15\/functions\/([^/?]+)\/response-streaming-invocations$/;
/** The path to which `aws lambda invoke` posts. */
const INVOCATION = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

/** Enough for the event and its JSON escapes. Lambda itself refuses events beyond 6 MB. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Separates the head from the body of a streamed HTTP answer. */
const HEAD_END = Buffer.alloc(8);

/** HTTP status of Lambda's own errors. The failure of a function is reported inside the stream. */
const STATUS_BY_ERROR = new Map([
  ['ResourceNotFoundException', 404],
  ['RequestTooLargeException', 413],
  ['TooManyRequestsException', 429],
]);

/**
 * Serves the operations of Lambda's API that are needed: InvokeWithResponseStream for functions, Invoke for operators.
 * @param functions undefined until the functions have started, because they need this server's address to start
 */
export const startLambdaApi = async (
  functions: () => Functions | undefined,
  principals: Principals,
  onCall?: OnCall,
) => {
  const server = createServer((request, response) => {
    serve(functions, principals, onCall, request, response).catch((error: unknown) => {
      if (response.headersSent || error instanceof NoAnswer) response.destroy();
      else refuse(response, error);
    });
  });
  const url = await listenOnLoopback(server);
  return { url, close: () => closeServer(server) };
};

const serve = async (
  functions: () => Functions | undefined,
  principals: Principals,
  onCall: OnCall | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const body = await readBody(request, MAX_BODY_BYTES);
  const path = request.url ?? '';
  const streaming = STREAMING_INVOCATION.exec(path)?.[1];
  const name = streaming ?? INVOCATION.exec(path)?.[1];
  if (request.method !== 'POST' || name === undefined) {
    throw new AwsError('UnknownOperationException', `the local Lambda does not know ${request.method} ${path}`, 404);
  }
  const caller = authenticate(principals, 'lambda', request.headers, body, path);
  const functionArn = arnOf(decodeURIComponent(name));
  const { functionLogicalId } = caller;
  const execute = async (): Promise<object> => {
    authorize(caller, { action: 'lambda:InvokeFunction', resource: functionArn });
    const running = functions();
    if (!running) throw new AwsError('ServiceException', 'the functions have not been started yet', 500);
    const event: unknown = body.length === 0 ? {} : JSON.parse(body.toString());
    if (streaming === undefined) await answerAtOnce(running, functionArn, event, response);
    else await answer(running, functionArn, event, response, gone.signal);
    return {};
  };
  if (!onCall) return void (await execute());
  const invocationId = request.headers['amz-sdk-invocation-id'];
  const notice = {
    service: 'lambda',
    action: streaming === undefined ? 'Invoke' : 'InvokeWithResponseStream',
    ...(functionLogicalId ? { functionLogicalId } : {}),
    resource: functionArn.slice(functionArn.lastIndexOf(':') + 1),
    ...(invocationId ? { invocationId: String(invocationId) } : {}),
    isConditional: false,
    mayBeStale: false,
  } as const;
  await onCall(notice, execute);
};

const arnOf = (name: string): string =>
  name.startsWith('arn:') ? name : `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:function:${name}`;

/** A failed function is also answered with 200: a header reports the failure. */
const answerAtOnce = async (
  functions: Functions,
  functionArn: string,
  event: unknown,
  response: ServerResponse,
): Promise<void> => {
  const outcome = await functions.invoke(functionArn, event);
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  if (outcome.ok) {
    response.writeHead(200, headers).end(JSON.stringify(outcome.result ?? null));
    return;
  }
  const { errorType, errorMessage } = outcome;
  if (STATUS_BY_ERROR.has(errorType)) throw new FunctionError(errorType, errorMessage);
  response.writeHead(200, { ...headers, 'x-amz-function-error': 'Unhandled' });
  response.end(JSON.stringify({ errorType, errorMessage }));
};

const answer = async (
  functions: Functions,
  functionArn: string,
  event: unknown,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> => {
  try {
    const { metadata, body } = await functions.invokeStreaming(functionArn, event, { signal });
    begin(response);
    response.write(payloadChunk(Buffer.concat([Buffer.from(JSON.stringify(metadata)), HEAD_END])));
    await pass(body, response);
    response.end(invokeComplete({}));
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    if (STATUS_BY_ERROR.has(error.errorType)) throw error;
    begin(response);
    response.end(invokeComplete({ ErrorCode: error.errorType, ErrorDetails: error.message }));
  }
};

/** Passes the body on at the reader's pace. Leaving the loop tells the function that the reader has gone. */
const pass = async (body: StreamedInvocation['body'], response: ServerResponse): Promise<void> => {
  for await (const bytes of body) {
    if (response.destroyed) return;
    if (response.write(payloadChunk(bytes))) continue;
    await new Promise<void>((resolve) => {
      response.once('drain', resolve);
      response.once('close', resolve);
    });
  }
};

const begin = (response: ServerResponse): void => {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
};

const message = (type: string, contentType: string, payload: Uint8Array): Buffer =>
  eventStreamMessage({ ':event-type': type, ':content-type': contentType, ':message-type': 'event' }, payload);

const payloadChunk = (payload: Uint8Array): Buffer => message('PayloadChunk', 'application/octet-stream', payload);

const invokeComplete = (result: object): Buffer =>
  message('InvokeComplete', 'application/json', Buffer.from(JSON.stringify(result)));

const refuse = (response: ServerResponse, error: unknown): void => {
  const { name, status, message } = refusalOf(error);
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name });
  response.end(JSON.stringify({ Type: status < 500 ? 'User' : 'Server', message }));
};

const refusalOf = (error: unknown): { name: string; status: number; message: string } => {
  if (error instanceof FunctionError) {
    return { name: error.errorType, status: STATUS_BY_ERROR.get(error.errorType) ?? 500, message: error.message };
  }
  if (error instanceof AwsError) {
    return {
      name: error.name,
      status: error.name === 'AccessDeniedException' ? 403 : error.status,
      message: error.message,
    };
  }
  return { name: 'ServiceException', status: 500, message: `the local Lambda failed: ${String(error)}` };
};
