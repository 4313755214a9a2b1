import { HEADER_MISMATCH } from '../core/mcp/headers.ts';
import { JSON_RPC, type RequestId } from '../core/mcp/operation.ts';
import { INSUFFICIENT_SCOPE_DESCRIPTION, scopeChallenge } from '../core/mcp/scope-challenge.ts';
import type { BackendStatus } from './backend.ts';

/** The JSON-RPC code for refusals without a code of their own (JSON-RPC 2.0 §5.1: implementation-defined). */
const REFUSED = -32000;

/** Clients in a browser must be able to read the reason for a refusal. */
const HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'WWW-Authenticate, Retry-After, Mcp-Session-Id, MCP-Protocol-Version',
} as const;

/** Statuses of messages that were understood. A message without an id then is a notification or a response. */
const UNDERSTOOD: ReadonlySet<number> = new Set([403, 413, 429]);

interface RefusalOptions {
  readonly id?: RequestId;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An error response of the inspector, as a JSON-RPC error. The message never repeats input. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #id: RequestId;
  readonly #data: Readonly<Record<string, unknown>>;

  constructor(status: number, code: number, message: string, options: RefusalOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.headers = { ...HEADERS, ...options.headers };
    this.#id = options.id ?? null;
    this.#data = options.data ?? {};
  }

  /** Whether `WWW-Authenticate` tells the client what to do. */
  get isChallenge(): boolean {
    return this.headers['www-authenticate'] !== undefined;
  }

  /**
   * Returns the HTTP response.
   *
   * Many clients of revisions before 2026-07-28 cancel all pending calls when a POST gets an HTTP error. For them a
   * refused request is a JSON-RPC error with status 200. A refused notification or response is 202, because JSON-RPC
   * has no error for it (JSON-RPC 2.0 §4.1).
   *
   * @param requestId the id of the HTTP request, which users can quote
   * @param needsSuccess whether the client cannot take an HTTP error for a single message
   */
  responseFor(
    requestId: string,
    needsSuccess: boolean,
  ): { statusCode: number; headers: Refusal['headers']; body: string } {
    const { code, message, status } = this;
    const data = { ...this.#data, request_id: requestId };
    const body = JSON.stringify({ jsonrpc: '2.0', id: this.#id, error: { code, message, data } });
    // A wrong path is no fault of one message, and older clients never send headers that contradict the body.
    const isOfMessage = status < 500 && status !== 404 && code !== HEADER_MISMATCH;
    if (!needsSuccess || !isOfMessage) return { statusCode: status, headers: this.headers, body };
    if (this.#id !== null) return { statusCode: 200, headers: HEADERS, body };
    if (UNDERSTOOD.has(status)) return { statusCode: 202, headers: HEADERS, body: '' };
    return { statusCode: status, headers: this.headers, body };
  }
}

export const parseError = (reason: string): Refusal =>
  new Refusal(400, JSON_RPC.parseError, `The request body was refused: ${reason}.`);

export const invalidMessage = (code: number, reason: string, id: RequestId): Refusal =>
  new Refusal(400, code, `The message was refused: ${reason}.`, { id });

export const unsupportedMediaType = (reason: string): Refusal => new Refusal(415, REFUSED, reason);

export const methodNotAllowed = (): Refusal =>
  new Refusal(405, REFUSED, 'Only POST carries MCP messages.', { headers: { allow: 'POST, GET, DELETE' } });

/** RFC 9110 §9.3.1, §9.3.5: content of GET and DELETE has no defined meaning, and a server may refuse it. */
export const unexpectedContent = (): Refusal =>
  new Refusal(400, JSON_RPC.invalidRequest, 'Only POST may have a body: send messages with POST.');

/** MCP 2026-07-28, Streamable HTTP: 400 with HeaderMismatch. */
export const headerMismatch = (header: string, id: RequestId): Refusal =>
  new Refusal(400, HEADER_MISMATCH, `The header ${header} must be sent once and must agree with the body.`, {
    id,
    data: { header },
  });

/**
 * The scope challenge (RFC 6750 §3.1 and MCP authorization). API Gateway renames `WWW-Authenticate` in responses of
 * integrations, so `error.data` repeats the members of the challenge.
 */
export const insufficientScope = (scopes: readonly string[], resourceMetadata: string, id: RequestId): Refusal => {
  const scope = scopes.join(' ');
  const description = INSUFFICIENT_SCOPE_DESCRIPTION;
  return new Refusal(403, REFUSED, `${description} Authorize again with the scopes "${scope}".`, {
    id,
    data: { error: 'insufficient_scope', scope, resource_metadata: resourceMetadata, error_description: description },
    headers: { 'www-authenticate': scopeChallenge(scopes, resourceMetadata) },
  });
};

/** The backend did not respond. `retryAfterSeconds` is sent with 503 only. */
export const backendFault = (
  status: BackendStatus,
  message: string,
  { id, cause, retryAfterSeconds }: { id: RequestId; cause: unknown; retryAfterSeconds: number },
): Refusal =>
  new Refusal(status, JSON_RPC.internalError, message, {
    id,
    cause,
    ...(status === 503 ? { headers: { 'retry-after': String(retryAfterSeconds) } } : {}),
  });

/** Too many requests (RFC 6585 §4). */
export const tooManyRequests = (perMinute: number, id: RequestId, retryAfterSeconds: number): Refusal =>
  new Refusal(
    429,
    REFUSED,
    `The limit of ${perMinute} requests per minute was exceeded. Try again in ${retryAfterSeconds} seconds.`,
    {
      id,
      data: { error: 'too_many_requests', retry_after: retryAfterSeconds },
      headers: { 'retry-after': String(retryAfterSeconds) },
    },
  );

export const serverFault = (id: RequestId, cause: unknown): Refusal =>
  new Refusal(500, JSON_RPC.internalError, 'Something failed on our side. Your request was not at fault.', {
    id,
    cause,
  });
