import type { Readable } from 'node:stream';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { HeaderValues } from '../core/mcp/headers.ts';
import type { IdentityContext } from '../core/mcp/identity-headers.ts';

/** A request that passed the inspection and goes to the MCP server. */
export interface BackendRequest {
  /** The event as API Gateway sent it. */
  readonly event: APIGatewayProxyEvent;
  /** The caller's headers, with names in lower case. */
  readonly headers: HeaderValues;
  /** Exactly the text that was inspected. Null if the request has no content, as with DELETE. */
  readonly body: string | null;
  /** The caller's identity, as the authorizer verified it. */
  readonly identity: IdentityContext;
}

export interface BackendAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: HeaderValues;
  /** The body as the backend writes it. The stream ends with an error if the backend breaks off. */
  readonly body: Readable;
}

/** The MCP server behind the inspector. */
export interface Backend {
  /**
   * Sends a request exactly once, because a tool call must not be repeated.
   *
   * @param signal ends the exchange when it is aborted, even while the body is streamed
   * @throws BackendError if the backend does not start a response
   */
  send(request: BackendRequest, signal: AbortSignal): Promise<BackendAnswer>;
}

/** The HTTP status that the client gets: unknown path, too large, no response, busy, or too late. */
export type BackendStatus = 404 | 413 | 502 | 503 | 504;

/** The backend did not start a response. */
export class BackendError extends Error {
  readonly status: BackendStatus;

  constructor(status: BackendStatus, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BackendError';
    this.status = status;
  }
}
