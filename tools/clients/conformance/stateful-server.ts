import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { type EventStore, StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  type JSONRPCMessage,
  type ServerNotification,
  type ServerRequest,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { type Registry, registerContent, text } from './content.ts';
import { ENUMS, PRIMITIVES, WITH_DEFAULTS } from './elicitation-schemas.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const PAUSE_MS = 50;
const RETRY_INTERVAL_MS = 500;

const register = (server: Registry): void => {
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  registerContent(server, template, completable as never, (shape) => shape);
  server.registerTool(
    'test_tool_with_logging',
    { description: 'Logs', inputSchema: {} },
    async (_: never, extra: Extra) => {
      for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
        await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
        await delay(PAUSE_MS);
      }
      return text('logged');
    },
  );
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Reports', inputSchema: {} },
    async (_: never, extra: Extra) => {
      const progressToken = extra._meta?.progressToken;
      for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
        const params = { progressToken: progressToken ?? '', progress, total: 100 };
        await extra.sendNotification({ method: 'notifications/progress', params });
        await delay(PAUSE_MS);
      }
      return text('reported');
    },
  );
  server.registerTool(
    'test_reconnection',
    { description: 'Ends its stream', inputSchema: {} },
    async (_: never, extra: Extra) => {
      extra.closeSSEStream?.();
      await delay(2 * PAUSE_MS);
      return text('The stream was resumed.');
    },
  );
  const inputSchema = { prompt: z.string() };
  server.registerTool(
    'test_sampling',
    { description: 'Asks the model', inputSchema },
    async ({ prompt }: { prompt: string }, extra: Extra) => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
      const params = { messages, maxTokens: 100 };
      const { content } = await extra.sendRequest(
        { method: 'sampling/createMessage', params },
        CreateMessageResultSchema,
      );
      return text(`LLM response: ${'text' in content ? content.text : ''}`);
    },
  );
  registerElicitations(server);
};

const registerElicitations = (server: Registry): void => {
  const ask = async (message: string, properties: object, required: string[], extra: Extra) => {
    const requestedSchema = { type: 'object' as const, properties: properties as never, required };
    const request = { method: 'elicitation/create' as const, params: { message, requestedSchema } };
    const { action, content } = await extra.sendRequest(request, ElicitResultSchema);
    return `action=${action}, content=${JSON.stringify(content ?? {})}`;
  };
  const inputSchema = { message: z.string() };
  server.registerTool(
    'test_elicitation',
    { description: 'Asks', inputSchema },
    async ({ message }: { message: string }, extra: Extra) =>
      text(`User response: ${await ask(message, PRIMITIVES, Object.keys(PRIMITIVES), extra)}`),
  );
  for (const [name, properties] of [
    ['test_elicitation_sep1034_defaults', WITH_DEFAULTS],
    ['test_elicitation_sep1330_enums', ENUMS],
  ] as const) {
    server.registerTool(name, { description: 'Asks', inputSchema: {} }, async (_: never, extra: Extra) =>
      text(`Elicitation completed: ${await ask('Please review', properties, [], extra)}`),
    );
  }
};

/** Keeps the events of every stream, so that a client can resume one with Last-Event-ID. */
const memoryStore = (): EventStore => {
  const events: { id: string; streamId: string; message: JSONRPCMessage }[] = [];
  return {
    storeEvent: async (streamId, message) => {
      const id = `event-${events.length}`;
      events.push({ id, streamId, message });
      return id;
    },
    getStreamIdForEventId: async (eventId) => events.find(({ id }) => id === eventId)?.streamId,
    replayEventsAfter: async (eventId, { send }) => {
      const last = events.findIndex(({ id }) => id === eventId);
      const streamId = events[last]?.streamId ?? '';
      for (const event of events.slice(last + 1)) {
        if (event.streamId === streamId && 'jsonrpc' in event.message) await send(event.id, event.message);
      }
      return streamId;
    },
  };
};

/** A server of the revisions before 2026-07-28, on the SDK 1.x. It keeps sessions and resumes streams. */
export const statefulServer = () => {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = request.headers['mcp-session-id'];
    if (id !== undefined) {
      const known = sessions.get(String(id));
      if (known === undefined) response.writeHead(404).end();
      else await known.handleRequest(request, response);
      return;
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: memoryStore(),
      retryInterval: RETRY_INTERVAL_MS,
      onsessioninitialized: (session) => void sessions.set(session, transport),
      onsessionclosed: (session) => void sessions.delete(session),
    });
    const capabilities = { logging: {}, resources: { subscribe: true } };
    const server = new McpServer({ name: 'stateful', version: '1' }, { capabilities });
    register(server as unknown as Registry);
    server.server.setRequestHandler(SubscribeRequestSchema, () => ({}));
    server.server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
    await server.connect(transport as never);
    await transport.handleRequest(request, response);
  };
};
