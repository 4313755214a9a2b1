import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { effectiveScopes, type ScopeDefinitions } from '../core/authorization/scopes.ts';
import { describeError } from '../core/describe-error.ts';
import { readStrictJson } from '../core/json.ts';
import { contradictingHeader, type HeaderValues, isOfRevisionWithHeaders } from '../core/mcp/headers.ts';
import { type Operation, type RequestId, readMessage } from '../core/mcp/operation.ts';
import { scopesOf, type ToolRules } from '../core/mcp/tool-scopes.ts';
import { isHopByHop } from '../core/net/hop-by-hop.ts';
import { retryAfterSeconds } from '../core/net/retry-after.ts';
import { readHeaders } from '../runtime/http/header-values.ts';
import type { Clock, Log } from '../runtime/ports/index.ts';
import type { RateLimiter } from '../runtime/services/rate-limiter.ts';
import { type Backend, type BackendAnswer, BackendError, type BackendRequest } from './backend.ts';
import { keepAlive, type Timer } from './keep-alive.ts';
import {
  backendFault,
  headerMismatch,
  insufficientScope,
  invalidMessage,
  methodNotAllowed,
  parseError,
  Refusal,
  serverFault,
  tooManyRequests,
} from './refusal.ts';
import { assertNoContent, readBody, readCaller } from './request.ts';

export interface InspectorDeps {
  readonly rules: ToolRules;
  /** Scopes that every request needs. */
  readonly required: readonly string[];
  readonly definitions: ScopeDefinitions;
  /** URL of the server's protected resource metadata (RFC 9728), for the challenge. */
  readonly resourceMetadata: string;
  readonly backend: Backend;
  /** The rate limit for each pair of user and client, if the server has one. */
  readonly requests?: { readonly perMinute: number; readonly serverPath: string; readonly limiter: RateLimiter };
  /** Whether `WWW-Authenticate` reaches the client under its name. */
  readonly challengesArrive: boolean;
  readonly timer: Timer;
  readonly now: Clock;
  /** Returns a number from 0 to below 1. */
  readonly random: () => number;
  readonly log: Log;
}

export interface AnswerHead {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: string[];
}

export interface Reply {
  /** Emits `close` early when the client disconnects. */
  readonly stream: Writable;
  /** Sends the status and the headers, and returns the stream for the body. */
  start(head: AnswerHead): Writable;
}

/** The part of the function's time that is kept for the error response. */
const DEADLINE_MARGIN_MS = 2_000;

const TIME_IS_UP = new BackendError(504, 'the response takes longer than 15 minutes');

const CLIENT_HAS_GONE = new Error('the client has disconnected');

const TEXT_BY_STATUS = {
  404: 'There is nothing at this path.',
  413: 'The request is too large: the limit is 6 MB, headers included.',
  502: 'The MCP server did not return a valid response.',
  503: 'The MCP server is busy. Try again shortly.',
  504: 'The response takes longer than the limit of 15 minutes.',
} as const;

/**
 * Stands between API Gateway and an MCP server with scope rules or a rate limit. It reads the operation from the body,
 * because headers can lie, and refuses requests that the server might read differently. Then it forwards the request,
 * and streams the response back.
 *
 * Lambda sets the limits: 6 MB for the event (body and headers of the request), and 15 minutes for the whole response.
 *
 * @returns a function that takes the event, the reply to write, and the time that the function has left in milliseconds
 */
export const inspectorHandler =
  (deps: InspectorDeps) =>
  async (event: APIGatewayProxyEvent, reply: Reply, remainingMs: number): Promise<void> => {
    const ending = new AbortController();
    reply.stream.once('close', () => ending.abort(CLIENT_HAS_GONE));
    const stopDeadline = deps.timer(() => ending.abort(TIME_IS_UP), Math.max(0, remainingMs - DEADLINE_MARGIN_MS));
    try {
      const { id, request } = inspected(deps, event);
      await assertWithinRate(deps, request, id);
      const answer = await obtainAnswer(deps, request, id, ending.signal);
      // A failed stream also closes its reader, and the first reason for ending is kept.
      answer.body.once('error', (error) => ending.abort(error));
      await passOn(answer, reply, deps.timer);
    } catch (error) {
      if (ending.signal.reason === CLIENT_HAS_GONE) return;
      logFault(deps.log, event, error);
      // Any other error interrupted a response that had started, and the client sees the stream end early.
      if (error instanceof Refusal) await refuse(error, reply, event, deps);
    } finally {
      stopDeadline();
    }
  };

/** An unexpected error during the inspection refuses the request. */
const inspected = (deps: InspectorDeps, event: APIGatewayProxyEvent): ReturnType<typeof inspect> => {
  try {
    return inspect(deps, event);
  } catch (error) {
    throw error instanceof Refusal ? error : serverFault(null, error);
  }
};

/** Runs all checks, the cheapest first. Only a request that passes all of them reaches the backend. */
const inspect = (deps: InspectorDeps, event: APIGatewayProxyEvent): { id: RequestId; request: BackendRequest } => {
  const { scopes, identity } = readCaller(event);
  const headers = readHeaders(event);
  const { id, operation, body } = readContent(event, headers);

  const held = effectiveScopes(scopes, deps.definitions);
  const needed = scopesOf(operation, deps.rules, deps.required);
  if (needed.some((scope) => !held.has(scope))) throw insufficientScope(needed, deps.resourceMetadata, id);
  return { id, request: { event, headers, body, identity } };
};

interface Content extends Pick<BackendRequest, 'body'> {
  readonly id: RequestId;
  readonly operation: Operation | undefined;
}

/** Methods without content: DELETE ends a session, and GET opens a stream. */
const WITHOUT_CONTENT: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD']);

/** Reads the content of the request. POST carries one message. */
const readContent = (event: APIGatewayProxyEvent, headers: HeaderValues): Content => {
  if (WITHOUT_CONTENT.has(event.httpMethod)) {
    assertNoContent(event);
    return { id: null, operation: undefined, body: null };
  }
  if (event.httpMethod !== 'POST') throw methodNotAllowed();
  const body = readBody(event, headers);
  const json = readStrictJson(body);
  if (!json.ok) throw parseError(json.reason);
  const message = readMessage(json.value);
  if (!message.ok) throw invalidMessage(message.code, message.reason, message.id);
  const { operation } = message;
  // The id of a response belongs to a request of the server, so a refusal must not answer it.
  const id = operation === undefined ? null : message.id;

  const header = contradictingHeader(headers, operation);
  if (header !== undefined) throw headerMismatch(header, id);
  return { id, operation, body };
};

/** Counts each request but those for a stream. Batches, which would be several requests, were refused before. */
const assertWithinRate = async (
  { requests, now }: InspectorDeps,
  { event, identity }: BackendRequest,
  id: RequestId,
): Promise<void> => {
  if (requests === undefined || event.httpMethod === 'GET') return;
  const { subject, clientId } = identity;
  const { requestId } = event.requestContext;
  const key = [subject, clientId, requests.serverPath];
  const waitSeconds = await requests.limiter.hit(key, { now: now(), requestId, clientId });
  if (waitSeconds !== undefined) throw tooManyRequests(requests.perMinute, id, waitSeconds);
};

const obtainAnswer = async (
  { backend, random }: InspectorDeps,
  request: BackendRequest,
  id: RequestId,
  signal: AbortSignal,
): Promise<BackendAnswer> => {
  try {
    return await backend.send(request, signal);
  } catch (error) {
    const cause = signal.reason === TIME_IS_UP ? TIME_IS_UP : error;
    if (!(cause instanceof BackendError)) throw serverFault(id, cause);
    throw backendFault(cause.status, TEXT_BY_STATUS[cause.status], {
      id,
      cause,
      retryAfterSeconds: retryAfterSeconds(random()),
    });
  }
};

/** Streams the response at the client's pace. */
const passOn = async (answer: BackendAnswer, reply: Reply, timer: Timer): Promise<void> => {
  const out = reply.start(headOf(answer));
  // Lambda sends the head with the first write, and the first event may take a long time.
  out.write('');
  await pipeline([answer.body, ...(isPlainEventStream(answer.headers) ? [keepAlive(timer)] : []), out]);
};

const headOf = ({ status, headers }: BackendAnswer): AnswerHead => {
  // Lambda sets the framing of the body itself.
  const isDropped = (name: string) => isHopByHop(name) || name === 'content-length' || name === 'set-cookie';
  const passed = [...headers].filter(([name]) => !isDropped(name));
  const cookies = headers.get('set-cookie');
  return {
    statusCode: status,
    headers: Object.fromEntries(passed.map(([name, values]) => [name, values.join(', ')])),
    ...(cookies === undefined ? {} : { cookies: [...cookies] }),
  };
};

/** Comments can only be inserted into a stream that is not compressed. */
const isPlainEventStream = (headers: HeaderValues): boolean =>
  /^text\/event-stream *(;|$)/i.test(headers.get('content-type')?.[0] ?? '') &&
  (headers.get('content-encoding') ?? []).every((coding) => coding.trim().toLowerCase() === 'identity');

const refuse = async (
  refusal: Refusal,
  reply: Reply,
  event: APIGatewayProxyEvent,
  { challengesArrive }: InspectorDeps,
): Promise<void> => {
  const isOfOlderRevision = event.httpMethod === 'POST' && !isOfRevisionWithHeaders(readHeaders(event));
  // Older clients, too, ask for more scope if they get the challenge.
  const needsSuccess = isOfOlderRevision && !(challengesArrive && refusal.isChallenge);
  const { body, ...head } = refusal.responseFor(event.requestContext.requestId, needsSuccess);
  const out = reply.start(head);
  // Lambda sends the head with the first write, so an empty body needs one too.
  if (body === '') out.write('');
  // It is not worth a log entry if the client disconnects before it gets the refusal.
  await pipeline([body], out).catch(() => {});
};

const logFault = (log: Log, event: APIGatewayProxyEvent, error: unknown): void => {
  const isRefusal = error instanceof Refusal && error.status < 500;
  log(isRefusal ? 'request_refused' : 'request_failed', {
    requestId: event.requestContext.requestId,
    path: event.path,
    status: error instanceof Refusal ? error.status : undefined,
    error: error instanceof Refusal ? String(error.code) : 'broken_off',
    detail: describeError(error),
  });
};
