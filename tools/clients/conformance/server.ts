import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { McpServer as LegacyServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

// Servers with the tools, resources and prompts that the conformance runner looks for, by its names.

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SILENCE = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';

const text = (value: string) => ({ type: 'text' as const, text: value });
const image = { type: 'image' as const, data: PIXEL, mimeType: 'image/png' };
const audio = { type: 'audio' as const, data: SILENCE, mimeType: 'audio/wav' };
const embedded = (uri: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType: 'text/plain', text: 'This is an embedded resource content.' },
});

/** The part of a server that both SDKs have. */
// biome-ignore lint/suspicious/noExplicitAny: each SDK has its own types for the same calls
type Register = (name: string, ...rest: any[]) => unknown;
interface Furnishable {
  readonly registerTool: Register;
  readonly registerPrompt: Register;
  readonly registerResource: Register;
}

const furnish = (server: Furnishable): void => {
  const content =
    (...parts: object[]) =>
    async () => ({ content: parts });
  server.registerTool('test_simple_text', {}, content(text('This is a simple text response for testing.')));
  server.registerTool('test_image_content', {}, content(image));
  server.registerTool('test_audio_content', {}, content(audio));
  server.registerTool('test_embedded_resource', {}, content(embedded('test://embedded-resource')));
  server.registerTool(
    'test_multiple_content_types',
    {},
    content(text('Multiple content types test:'), image, embedded('test://mixed-content-resource')),
  );
  server.registerTool('test_error_handling', {}, async () => ({
    content: [text('This tool intentionally returns an error for testing')],
    isError: true,
  }));
  const user = (part: object) => ({ role: 'user' as const, content: part });
  server.registerPrompt('test_simple_prompt', {}, () => ({ messages: [user(text('This is a simple prompt.'))] }));
  server.registerPrompt(
    'test_prompt_with_arguments',
    { argsSchema: argumentsOf(server, { arg1: z.string(), arg2: z.string() }) },
    ({ arg1, arg2 }: Record<string, string>) => ({
      messages: [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
    }),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { argsSchema: argumentsOf(server, { resourceUri: z.string() }) },
    ({ resourceUri = '' }: Record<string, string>) => ({
      messages: [user(embedded(resourceUri)), user(text('Read it.'))],
    }),
  );
  server.registerPrompt('test_prompt_with_image', {}, () => ({ messages: [user(image), user(text('Look at it.'))] }));
  server.registerResource('static text', 'test://static-text', { mimeType: 'text/plain' }, (uri: URL) => ({
    contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }],
  }));
  server.registerResource('static binary', 'test://static-binary', { mimeType: 'image/png' }, (uri: URL) => ({
    contents: [{ uri: uri.href, mimeType: 'image/png', blob: PIXEL }],
  }));
};

/** The SDK 1.x takes the members of a schema, and the SDK 2.x the schema. */
const argumentsOf = (server: Furnishable, members: Record<string, z.ZodString>): unknown =>
  server instanceof LegacyServer ? members : z.object(members);

/** A server of the revisions before 2026-07-28 that keeps sessions. */
export const legacyServer = (): Listener => {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  return (request, response) => {
    const id = request.headers['mcp-session-id'];
    const known = sessions.get(String(id ?? ''));
    if (known) return void known.handleRequest(request, response);
    if (id !== undefined) return void response.writeHead(404).end();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (sessionId) => void sessions.set(sessionId, transport),
      onsessionclosed: (sessionId) => void sessions.delete(sessionId),
    });
    const server = new LegacyServer({ name: 'legacy', version: '1' }, { capabilities: { logging: {} } });
    furnish(server);
    addLegacyTools(server);
    void server.connect(transport as never).then(() => transport.handleRequest(request, response));
  };
};

const addLegacyTools = (server: LegacyServer): void => {
  server.registerTool('test_tool_with_logging', {}, async ({ sendNotification }) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
    }
    return { content: [text('done')] };
  });
  server.registerTool('test_tool_with_progress', {}, async ({ sendNotification, _meta }) => {
    const progressToken = _meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      const params = { progressToken: progressToken ?? '', progress, total: 100 };
      await sendNotification({ method: 'notifications/progress', params });
    }
    return { content: [text('done')] };
  });
  server.registerTool('test_sampling', { inputSchema: { prompt: z.string() } }, async ({ prompt }) => {
    const messages = [{ role: 'user' as const, content: text(prompt) }];
    const answer = await server.server.createMessage({ messages, maxTokens: 100 });
    return { content: [text(`LLM response: ${JSON.stringify(answer.content)}`)] };
  });
  server.registerTool('test_elicitation', { inputSchema: { message: z.string() } }, async ({ message }) => {
    const requestedSchema = { type: 'object' as const, properties: { answer: { type: 'string' as const } } };
    const answer = await server.server.elicitInput({ message, requestedSchema });
    return { content: [text(`User response: ${JSON.stringify(answer)}`)] };
  });
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  server.registerResource('template', template, { mimeType: 'application/json' }, (uri, { id }) => ({
    contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true }) }],
  }));
};

/** A server of revision 2026-07-28, without sessions. */
export const currentServer = (): Listener => {
  const mcp = createMcpHandler(() => {
    const server = new McpServer({ name: 'current', version: '1' });
    furnish(server);
    server.registerTool(
      'test_headers',
      { inputSchema: z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) }) },
      ({ region }) => ({ content: [text(region)] }),
    );
    server.registerTool('test_tool_with_progress', {}, async ({ mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
        const params = { progressToken: progressToken ?? '', progress, total: 100 };
        await mcpReq.notify({ method: 'notifications/progress', params });
      }
      return { content: [text('done')] };
    });
    return server;
  });
  return async (request, response) => {
    const body = await new Response(Readable.toWeb(request) as ReadableStream).arrayBuffer();
    const headers = new Headers(request.headers as Record<string, string>);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? 'GET';
    const answer = await mcp.fetch(new Request(url, { method, headers, ...(method === 'POST' ? { body } : {}) }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).flushHeaders();
    if (answer.body === null) response.end();
    else await pipeline(Readable.fromWeb(answer.body as NodeReadableStream), response).catch(() => {});
  };
};
