import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError } from './aws-error.ts';
import type { Caller, Principals } from './principals.ts';
import { authenticate } from './sigv4.ts';

export type ServiceName = 'dynamodb' | 'kms' | 'secretsmanager';

/** Describes a call of a known caller, before it is executed. */
export interface CallNotice {
  readonly service: ServiceName | 'lambda';
  readonly action: string;
  /** Undefined for calls of the operator. */
  readonly functionLogicalId?: string;
  /** Table or index, secret, or function; undefined for KMS, where key ids differ between runs. */
  readonly resource?: string;
  /** Equal for every attempt of one SDK call. */
  readonly invocationId?: string;
  /** Whether the call is a conditional write. */
  readonly isConditional: boolean;
  /** Whether the call is an eventually consistent read. */
  readonly mayBeStale: boolean;
}

/**
 * Wraps each call: executes it and returns its answer, or does something else. An AwsError that it throws becomes the
 * answer, and a NoAnswer drops the connection. Tests use this to inject faults.
 */
export type OnCall = (call: CallNotice, execute: () => Promise<object>) => Promise<object>;

export interface Call {
  readonly action: string;
  readonly caller: Caller;
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  /** The raw body. */
  readonly body: Buffer;
}

/** An answer that is sent unchanged, not converted to JSON. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface JsonService {
  readonly name: ServiceName;
  /** Name for messages, such as `Secrets Manager`. */
  readonly title: string;
  /** The part of `X-Amz-Target` before the dot. */
  readonly targetPrefix: string;
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  readonly maxBodyBytes: number;
  /** Names of the actions that `handle` supports. All others are refused by name. */
  readonly actions: readonly string[];
  /**
   * Authorizes and executes one call.
   *
   * @throws AwsError
   */
  handle(call: Call): Promise<object | RawAnswer>;
}

/** An `OnCall` throws this to drop the connection without an answer. */
export class NoAnswer extends Error {}

/** DynamoDB answers these eventually consistently, unless ConsistentRead is set. */
const STALE_READS: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

/** Longer than any pause between two calls, so that no request meets a connection that is closing. */
const KEEP_ALIVE_TIMEOUT_MS = 10 * 60 * 1000;

/** Serves one service in the AWS JSON protocol on an ephemeral port of 127.0.0.1. */
export const startJsonServer = async (service: JsonService, principals: Principals, onCall?: OnCall) => {
  const server = createServer((request, response) => {
    const requestId = randomUUID();
    respond(service, principals, onCall, request)
      .catch((error: unknown) => {
        if (error instanceof NoAnswer) throw error;
        return errorAnswer(service, error);
      })
      .then((answer) => send(response, answer, requestId))
      .catch(() => response.destroy());
  });
  const url = await listenOnLoopback(server);
  return { url, close: () => closeServer(server) };
};

const respond = async (
  service: JsonService,
  principals: Principals,
  onCall: OnCall | undefined,
  request: IncomingMessage,
): Promise<RawAnswer> => {
  const body = await readBody(request, service.maxBodyBytes);
  const target = String(request.headers['x-amz-target'] ?? '');
  const [prefix, action = ''] = target.split('.');
  if (request.method !== 'POST' || request.url !== '/' || prefix !== service.targetPrefix) {
    throw unknownOperation(`the local cloud has no AWS service behind ${request.method} ${target || request.url}`);
  }
  const caller = authenticate(principals, service.name, request.headers, body);
  if (!service.actions.includes(action)) {
    throw unknownOperation(
      `the local ${service.title} does not know ${action}; it knows ${service.actions.join(', ')}`,
    );
  }
  const call = { action, caller, input: parseInput(body), headers: request.headers, body };
  const execute = () => service.handle(call);
  const answer = onCall ? await onCall(noticeOf(service, call), execute) : await execute();
  return 'body' in answer && Buffer.isBuffer(answer.body) ? (answer as RawAnswer) : jsonAnswer(service, 200, answer);
};

const noticeOf = ({ name }: JsonService, { action, caller, input, headers }: Call): CallNotice => {
  const { functionLogicalId } = caller;
  const resource = [input.TableName ?? input.SecretId, input.IndexName].filter(Boolean).join('/');
  const invocationId = headers['amz-sdk-invocation-id'];
  return {
    service: name,
    action,
    ...(functionLogicalId ? { functionLogicalId } : {}),
    ...(resource ? { resource } : {}),
    ...(invocationId ? { invocationId: String(invocationId) } : {}),
    isConditional: input.ConditionExpression !== undefined,
    mayBeStale: STALE_READS.has(action) && input.ConsistentRead !== true,
  };
};

/**
 * Reads a whole request body.
 *
 * @throws AwsError RequestEntityTooLargeException beyond `maxBytes`
 */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  if (bytes > maxBytes) {
    throw new AwsError(
      'RequestEntityTooLargeException',
      `the body has ${bytes} bytes, at most ${maxBytes} are allowed`,
      413,
    );
  }
  return Buffer.concat(chunks);
};

const parseInput = (body: Buffer): Record<string, unknown> => {
  try {
    const input: unknown = JSON.parse(body.toString('utf8'));
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  } catch {
    // The error below covers this case.
  }
  throw new AwsError('SerializationException', 'the body must be a JSON object');
};

const unknownOperation = (message: string) => new AwsError('UnknownOperationException', message);

const errorAnswer = (service: JsonService, error: unknown): RawAnswer => {
  if (error instanceof AwsError) {
    return jsonAnswer(service, error.status, { __type: error.name, message: error.message });
  }
  const message = `the local ${service.title} failed: ${error instanceof Error ? error.message : String(error)}`;
  return jsonAnswer(service, 500, {
    __type: service.name === 'kms' ? 'KMSInternalException' : 'InternalServerError',
    message,
  });
};

const jsonAnswer = (service: JsonService, status: number, body: object): RawAnswer => ({
  status,
  headers: { 'content-type': service.contentType },
  body: Buffer.from(JSON.stringify(body)),
});

const send = (response: ServerResponse, { status, headers, body }: RawAnswer, requestId: string): void => {
  response.writeHead(status, { 'x-amzn-requestid': requestId, ...headers, 'content-length': body.length }).end(body);
};

/** @returns `http://127.0.0.1:<ephemeral port>` */
export const listenOnLoopback = async (server: Server): Promise<string> => {
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Closes the server at once and drops open connections. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
