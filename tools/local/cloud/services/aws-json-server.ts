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

/** What is told about every call of a known caller, before it is carried out. */
export interface CallNotice {
  readonly service: ServiceName | 'lambda';
  readonly action: string;
  /** Undefined when the operator calls. */
  readonly functionLogicalId?: string;
  /** Table or index, secret, or function; undefined for KMS, whose keys come and go. */
  readonly resource?: string;
  /** The same for every attempt of one call of the AWS SDK. */
  readonly invocationId?: string;
  /** A write that happens only under a condition. */
  readonly isConditional: boolean;
  /** A read that may be answered from an older copy. */
  readonly mayBeStale: boolean;
}

/**
 * Stands around each call: carries it out and returns its answer, or does something in its place. An AwsError thrown
 * here is the call's answer; a NoAnswer drops the connection.
 */
export type OnCall = (call: CallNotice, carryOut: () => Promise<object>) => Promise<object>;

export interface Call {
  readonly action: string;
  readonly caller: Caller;
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  /** The body as it came. */
  readonly body: Buffer;
}

/** What a service answers as it is, without being turned into JSON here. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface JsonService {
  readonly name: ServiceName;
  /** As people call it, for messages. */
  readonly title: string;
  /** What stands before the dot in `X-Amz-Target`. */
  readonly targetPrefix: string;
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  readonly maxBodyBytes: number;
  /** Names that `handle` knows; any other is refused by name. */
  readonly actions: readonly string[];
  /** Authorizes and carries out one call. Throws AwsError. */
  handle(call: Call): Promise<object | RawAnswer>;
}

/** Thrown by an `OnCall`: the connection is dropped without an answer. */
export class NoAnswer extends Error {}

/** DynamoDB answers these from any copy unless it is asked for the newest. */
const STALE_READS: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

/** Idle connections of the SDK's agents outlive any pause, so that none is closed under a request. */
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
  const carryOut = () => service.handle(call);
  const answer = onCall ? await onCall(noticeOf(service, call), carryOut) : await carryOut();
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

/** Reads a whole request body. @throws AwsError RequestEntityTooLargeException beyond `maxBytes` */
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
    // answered below
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

/** Closes at once: open connections are dropped. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
