import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { isIdentityHeader } from '../core/mcp/identity-headers.ts';
import type { SignRequest } from '../runtime/ports/index.ts';
import { type Backend, type BackendAnswer, BackendError, type BackendRequest, type BackendStatus } from './backend.ts';
import { decodeEventStream } from './event-stream.ts';
import type { Exchange } from './exchange.ts';
import { redirectLocation } from './redirect.ts';

export interface LambdaBackendOptions {
  readonly functionArn: string;
  /** Signs requests to Lambda. */
  readonly sign: SignRequest;
  readonly exchange: Exchange;
}

const EXPECTED = 'expected awslambda.HttpResponseStream, or {"statusCode": 200, "headers": {…}, "body": "…"}';

/** Separates the head from the body of a streamed HTTP response. */
const HEAD_END = Buffer.alloc(8);

/** The client's status for errors of Lambda itself: too large, throttled, or a service error. */
const STATUS_BY_LAMBDA_STATUS = new Map<number, BackendStatus>([
  [413, 413],
  [429, 503],
  [500, 503],
  [503, 503],
]);

/**
 * Sends requests to an MCP server that is a Lambda function, streaming or not. The function gets the event as API
 * Gateway would send it. This does not use the AWS SDK, because loading it would dominate the cold start.
 */
export const lambdaBackend = (options: LambdaBackendOptions): Backend => ({
  send: async (request, signal) => {
    const answer = await invoke(options, JSON.stringify(eventFor(request)), signal);
    if (answer.statusCode !== 200) {
      answer.resume();
      const status = STATUS_BY_LAMBDA_STATUS.get(answer.statusCode ?? 0) ?? 502;
      throw new BackendError(status, `Lambda answered ${answer.statusCode} (${answer.headers['x-amzn-errortype']})`);
    }
    const read = await readAnswer(payloads(answer)).catch((error: unknown) => {
      throw error instanceof BackendError ? error : new BackendError(502, "Lambda's response broke off", error);
    });
    if (redirectLocation(read) === undefined) return read;
    read.body.destroy();
    throw new BackendError(502, "the MCP server's function redirects: it must answer the request itself");
  },
});

/** The event with exactly the text that was inspected, and without identity headers of the caller. */
const eventFor = ({ event, body }: BackendRequest): APIGatewayProxyEvent => ({
  ...event,
  headers: withoutIdentity(event.headers),
  multiValueHeaders: withoutIdentity(event.multiValueHeaders),
  body,
  isBase64Encoded: false,
});

const withoutIdentity = <T>(headers: Record<string, T> | null): Record<string, T> =>
  Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !isIdentityHeader(name)));

const invoke = async (
  { functionArn, sign, exchange }: LambdaBackendOptions,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> => {
  const path = `/2021-11-15/functions/${encodeURIComponent(functionArn)}/response-streaming-invocations`;
  const headers = { 'content-type': 'application/json', 'x-amz-invocation-type': 'RequestResponse' };
  const { url, ...signed } = await sign({ path, headers, body });
  return exchange(url, { ...signed, headers: Object.fromEntries(signed.headers), signal });
};

/** Yields the function's output as the function writes it. */
async function* payloads(answer: IncomingMessage): AsyncGenerator<Buffer> {
  for await (const { headers, payload } of decodeEventStream(answer)) {
    if (headers.get(':message-type') !== 'event') {
      throw new BackendError(502, `Lambda broke off (${headers.get(':exception-type')})`);
    }
    if (headers.get(':event-type') === 'PayloadChunk') yield payload;
    if (headers.get(':event-type') === 'InvokeComplete') assertComplete(payload);
  }
}

const assertComplete = (payload: Buffer): void => {
  const { ErrorCode } = (payload.length > 0 ? JSON.parse(payload.toString()) : {}) as { ErrorCode?: string };
  if (ErrorCode) throw new BackendError(502, `the MCP server's function failed (${ErrorCode})`);
};

/**
 * Separates the head from the body. A streaming function sends the head as JSON, eight NUL bytes, and the body. Other
 * functions send one JSON object with both, which contains no NUL bytes.
 */
const readAnswer = async (source: AsyncGenerator<Buffer>): Promise<BackendAnswer> => {
  let begun = Buffer.alloc(0);
  for (let next = await source.next(); !next.done; next = await source.next()) {
    begun = Buffer.concat([begun, next.value]);
    const end = begun.indexOf(HEAD_END);
    if (end >= 0) {
      const rest = begun.subarray(end + HEAD_END.length);
      return { ...parseHead(begun.subarray(0, end)), body: Readable.from(chain(rest, source), { objectMode: false }) };
    }
  }
  const { body, isBase64Encoded, ...head } = parseHead(begun);
  return { ...head, body: Readable.from([Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')]) };
};

async function* chain(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* rest;
}

interface ProxyResult {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly (string | number | boolean)[]>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

const parseHead = (bytes: Buffer): Omit<BackendAnswer, 'body'> & Pick<ProxyResult, 'body' | 'isBase64Encoded'> => {
  let result: ProxyResult | null;
  try {
    result = JSON.parse(bytes.toString());
  } catch (error) {
    throw new BackendError(502, `the MCP server's function did not return JSON; ${EXPECTED}`, error);
  }
  if (typeof result?.statusCode !== 'number') {
    throw new BackendError(502, `the MCP server's function returned no statusCode; ${EXPECTED}`);
  }
  return {
    status: result.statusCode,
    headers: headersOf(result),
    ...(result.body === undefined ? {} : { body: result.body }),
    isBase64Encoded: result.isBase64Encoded === true,
  };
};

const headersOf = ({ headers, multiValueHeaders, cookies }: ProxyResult): Map<string, string[]> => {
  const all = new Map<string, string[]>();
  for (const [name, value] of Object.entries(headers ?? {})) all.set(name.toLowerCase(), [String(value)]);
  // As in API Gateway, the multi-value form wins when a name is in both.
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) all.set(name.toLowerCase(), values.map(String));
  if (cookies?.length) all.set('set-cookie', [...(all.get('set-cookie') ?? []), ...cookies]);
  return all;
};
