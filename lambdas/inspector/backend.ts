import type { Readable } from 'node:stream';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { HeaderValues } from '../core/mcp/headers.ts';
import type { IdentityContext } from '../core/mcp/identity-headers.ts';

/** A request that passed the inspection, on its way to the MCP server. */
export interface BackendRequest {
  /** As API Gateway sent it. */
  readonly event: APIGatewayProxyEvent;
  /** The caller's headers, names in lower case. */
  readonly headers: HeaderValues;
  /** The very text that was inspected; null where the request has no content, as DELETE has none. */
  readonly body: string | null;
  /** The caller, as the authorizer verified it. */
  readonly identity: IdentityContext;
}

export interface BackendAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: HeaderValues;
  /** Arrives as the backend writes it; ends with an error when the backend breaks off. */
  readonly body: Readable;
}

/** The MCP server behind the inspector. */
export interface Backend {
  /**
   * Sends a request once, and never again: a tool call may not be repeated. Rejects with BackendError when no answer
   * begins. An aborted signal ends the exchange at any time, the body included.
   */
  send(request: BackendRequest, signal: AbortSignal): Promise<BackendAnswer>;
}

/** What the client is told, as HTTP status: no such path, too large, no answer, busy, too late. */
export type BackendStatus = 404 | 413 | 502 | 503 | 504;

/** The backend did not begin an answer. */
export class BackendError extends Error {
  readonly status: BackendStatus;

  constructor(status: BackendStatus, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BackendError';
    this.status = status;
  }
}
