import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { readHeaders } from '../runtime/http/header-values.ts';
import { identityFrom } from './identity.ts';
import { exampleServer } from './tools.ts';

/** Sends the status and the headers, and returns the stream for the body. */
export type StartResponse = (metadata: { statusCode: number; headers: Record<string, string> }) => Writable;

/** For clients in a browser: API Gateway adds no CORS headers to the response of a Lambda function. */
const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Mcp-Session-Id, MCP-Protocol-Version',
} as const;

/** Allowed origins by path. A path that is missing is open to every origin. */
export type AllowedOrigins = Readonly<Record<string, readonly string[]>>;

/** Handles one MCP request, of revision 2026-07-28 or of an older one with `initialize`, and streams the response. */
export const serveMcp = async (
  event: APIGatewayProxyEvent,
  startResponse: StartResponse,
  allowedOrigins: AllowedOrigins = {},
): Promise<void> => {
  if (isForeign(event, allowedOrigins)) return send(refusal(), startResponse);
  const caller = identityFrom(event);
  const mcp = createMcpHandler(() => exampleServer(caller));
  try {
    await send(await mcp.fetch(toRequest(event)), startResponse);
  } finally {
    await mcp.close();
  }
};

/** Whether the request comes from a web page that may not call this path (MCP, Streamable HTTP, "Security Warning"). */
const isForeign = (event: APIGatewayProxyEvent, allowedOrigins: AllowedOrigins): boolean => {
  const allowed = allowedOrigins[event.resource.replace(/\/\{proxy\+\}$/, '')];
  const origins = readHeaders(event).get('origin') ?? [];
  return allowed !== undefined && origins.some((origin) => !allowed.includes(origin));
};

const refusal = (): Response => {
  const error = { code: -32000, message: 'Pages of this origin may not use this server.' };
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 403 });
};

const toRequest = (event: APIGatewayProxyEvent): Request => {
  const headers = new Headers();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    for (const value of values ?? []) {
      // HTTP clients must not send such values (control characters, beyond Latin-1), and MCP does not use them.
      if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) headers.append(name, value);
    }
  }
  const hasBody = event.body !== null && event.httpMethod !== 'GET' && event.httpMethod !== 'HEAD';
  const body = hasBody ? Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8') : null;
  // The MCP server uses only the path, so the host does not matter.
  return new Request(new URL(event.path, 'https://backend.invalid'), { method: event.httpMethod, headers, body });
};

const send = async (response: Response, startResponse: StartResponse): Promise<void> => {
  const out = startResponse({
    statusCode: response.status,
    headers: { ...Object.fromEntries(response.headers), ...CORS_HEADERS },
  });
  if (response.body === null) {
    // Lambda sends the status with the first write, so an empty response needs one too.
    out.write('');
    out.end();
    return;
  }
  try {
    // The pipeline follows the client's pace. It cancels the tool if the client disconnects.
    await pipeline(Readable.fromWeb(response.body as ReadableStream), out);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
};
