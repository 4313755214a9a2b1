import { FunctionError, type FunctionInvoker, type StreamedInvocation } from '../function-invoker.ts';
import type { EdgeResponse, HeaderList } from '../http-message.ts';
import { isRecord } from '../template/shape.ts';
import { proxyEvent } from './event.ts';
import { GatewayError } from './gateway-response.ts';
import { type Invocation, integrationArn } from './invocation.ts';
import type { Integration } from './model.ts';
import { functionArnOf } from './read-rest-apis.ts';
import { integrationHeaders } from './response-headers.ts';
import { answerWithin, gatewayStream } from './stream-limits.ts';

const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;
const EXPECTED = 'expected {"statusCode": 200, "headers": {}, "body": "text"}';
const RESPONSE_KEYS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

/**
 * AWS_PROXY, buffered or streamed.
 *
 * @throws GatewayError
 */
export const invokeLambda = async (
  functions: FunctionInvoker,
  integration: Integration,
  invocation: Invocation,
): Promise<EdgeResponse> => {
  const functionArn = functionArnOf(integration.uri);
  const event = proxyEvent(invocation);
  const options = {
    caller: { principal: 'apigateway.amazonaws.com', sourceArn: integrationArn(invocation) },
    timeoutMs: integration.timeoutMs,
    signal: invocation.request.signal,
  };
  if (integration.stream) {
    const streamed = functions.invokeStreaming(functionArn, event, options).catch(refuse);
    const answer = await answerWithin(streamed, integration.timeoutMs);
    return streamedResponse(answer, integration.timeoutMs);
  }
  const buffered = functions.invoke(functionArn, event, options).catch(refuse);
  const answer = await answerWithin(buffered, integration.timeoutMs);
  if (!answer.ok) throw new GatewayError('INTERNAL_SERVER_ERROR', `${answer.errorType}: ${answer.errorMessage}`);
  return bufferedResponse(answer.result);
};

const refuse = (error: unknown): never => {
  const isTooLarge = error instanceof FunctionError && error.errorType === 'RequestTooLargeException';
  throw new GatewayError(isTooLarge ? 'REQUEST_TOO_LARGE' : 'INTERNAL_SERVER_ERROR', describe(error));
};

const streamedResponse = ({ metadata, body }: StreamedInvocation, timeoutMs: number): EdgeResponse => {
  const cookies = (metadata.cookies ?? []).map((cookie) => ['Set-Cookie', cookie] as const);
  const headers = [...mergedHeaders(metadata.headers ?? {}, metadata.multiValueHeaders ?? {}), ...cookies];
  return {
    status: metadata.statusCode ?? 200,
    headers: integrationHeaders(headers),
    body: gatewayStream(body, timeoutMs),
  };
};

/** The only members that a proxy answer may have. Any other makes the answer malformed. */
const bufferedResponse = (result: unknown): EdgeResponse => {
  const malformed = (why: string) =>
    new GatewayError('INTERNAL_SERVER_ERROR', `malformed Lambda proxy response: ${why}; ${EXPECTED}`);
  if (!isRecord(result)) throw malformed('not an object');
  const unknown = Object.keys(result).find((key) => !RESPONSE_KEYS.has(key));
  if (unknown) throw malformed(`unknown member ${unknown}`);
  const status = Number(result.statusCode ?? 200);
  if (!Number.isInteger(status) || status < 100 || status > 599) throw malformed('statusCode');
  const { headers = {}, multiValueHeaders = {}, body } = result;
  const single: unknown = headers ?? {};
  const multi: unknown = multiValueHeaders ?? {};
  if (!isHeaderMap(single, isHeaderValue)) throw malformed('headers');
  if (!isHeaderLists(multi)) throw malformed('multiValueHeaders');
  if (body !== undefined && body !== null && typeof body !== 'string') throw malformed('body is not a text');
  // Without binary media types a base64 body is sent undecoded.
  const bytes = Buffer.from(body ?? '');
  if (bytes.length > MAX_RESPONSE_BYTES) throw malformed('body beyond 10 MB');
  const merged = mergedHeaders(single, multi);
  const typed = merged.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status,
    headers: integrationHeaders(typed ? merged : [['Content-Type', 'application/json'], ...merged]),
    body: bytes,
  };
};

const isHeaderValue = (value: unknown): boolean => ['string', 'boolean', 'number'].includes(typeof value);
const isHeaderMap = (map: unknown, check: (value: unknown) => boolean): map is Record<string, string> =>
  isRecord(map) && Object.values(map).every(check);
const isHeaderLists = (map: unknown): map is Record<string, string[]> =>
  isRecord(map) && Object.values(map).every((value) => Array.isArray(value) && value.every(isHeaderValue));

/** When both have the name, the list wins. */
const mergedHeaders = (
  single: Readonly<Record<string, string>>,
  multi: Readonly<Record<string, readonly string[]>>,
): HeaderList => {
  const many = new Set(Object.keys(multi).map((name) => name.toLowerCase()));
  return [
    ...Object.entries(single).filter(([name]) => !many.has(name.toLowerCase())),
    ...Object.entries(multi).flatMap(([name, values]) => values.map((value) => [name, value] as const)),
  ].map(([name, value]) => [name, String(value)] as const);
};

const describe = (error: unknown): string => {
  if (error instanceof FunctionError) return `${error.errorType}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
};
