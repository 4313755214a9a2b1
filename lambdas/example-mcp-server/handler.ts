import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { identityFrom } from './identity.ts';
import { exampleServer } from './tools.ts';

/** Sends the status and the headers, and returns the stream for the body. */
export type StartResponse = (metadata: { statusCode: number; headers: Record<string, string> }) => Writable;

/** For clients in a browser: API Gateway adds no CORS headers to the response of a Lambda function. */
const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Mcp-Session-Id, MCP-Protocol-Version',
} as const;

/** Handles one MCP request, of revision 2026-07-28 or of an older one with `initialize`, and streams the response. */
export const serveMcp = async (event: APIGatewayProxyEvent, startResponse: StartResponse): Promise<void> => {
  const caller = identityFrom(event);
  const mcp = createMcpHandler(() => exampleServer(caller));
  try {
    await send(await mcp.fetch(toRequest(event)), startResponse);
  } finally {
    await mcp.close();
  }
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
