import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { McpServer as CurrentServer, createMcpHandler } from '@modelcontextprotocol/server';
import * as z from 'zod';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server of the test's own, on a free port of this machine. */
export const startBackend = async (listener: Listener) => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/mcp`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** A server of revisions before 2026-07-28 that keeps sessions, as the SDK 1.x makes it. */
export const statefulServer = () => {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const listener: Listener = (request, response) => {
    const known = sessions.get(String(request.headers['mcp-session-id'] ?? ''));
    if (known) return void known.handleRequest(request, response);
    if (request.headers['mcp-session-id'] !== undefined) return void response.writeHead(404).end();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const server = new McpServer({ name: 'stateful', version: '1' }, { capabilities: { logging: {} } });
    let calls = 0;
    server.registerTool('count', { inputSchema: { by: z.number() } }, ({ by }) => {
      calls += by;
      return { content: [{ type: 'text', text: String(calls) }] };
    });
    // Speaks on the stream that GET opens: that is where notifications without a request belong.
    server.registerTool('announce', {}, async () => {
      await server.server.sendLoggingMessage({ level: 'info', data: 'announced' });
      return { content: [] };
    });
    void server.connect(transport as never).then(() => transport.handleRequest(request, response));
  };
  return { listener, sessions };
};

/** A server of revision 2026-07-28, as the SDK 2.x makes it, with the tools that the conformance runner looks for. */
export const statelessServer = (): Listener => {
  const mcp = createMcpHandler(() => {
    const server = new CurrentServer({ name: 'stateless', version: '1' });
    const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
    server.registerTool('test_simple_text', {}, () => text('This is a simple text response for testing.'));
    server.registerTool(
      'test_headers',
      { inputSchema: z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) }) },
      ({ region }) => text(region),
    );
    server.registerTool('test_tool_with_progress', {}, async ({ mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
        const params = { progressToken: progressToken ?? '', progress, total: 100 };
        await mcpReq.notify({ method: 'notifications/progress', params });
      }
      return text('done');
    });
    return server;
  });
  return listenerOf(mcp);
};

/** Serves a handler of the Fetch API, as the SDK 2.x makes it, over HTTP. */
export const listenerOf =
  (mcp: { readonly fetch: (request: Request) => Promise<Response> }) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await new Response(Readable.toWeb(request) as ReadableStream).arrayBuffer();
    const headers = new Headers(request.headers as Record<string, string>);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? 'GET';
    const answer = await mcp.fetch(new Request(url, { method, headers, ...(method === 'POST' ? { body } : {}) }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).flushHeaders();
    if (answer.body === null) response.end();
    else await pipeline(Readable.fromWeb(answer.body as NodeReadableStream), response).catch(() => {});
  };
