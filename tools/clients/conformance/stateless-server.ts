import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  completable,
  createMcpHandler,
  createRequestStateCodec,
  fromJsonSchema,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { listenerOf } from '../../../test/support/backends/mcp-backend.ts';
import { type Registry, registerContent, text } from './content.ts';
import { registerInputRequired } from './input-required.ts';

const PAUSE_MS = 50;

/** The keywords of JSON Schema 2020-12 that a server must keep (SEP-1613, SEP-2106). */
const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

const codec = createRequestStateCodec({ key: randomBytes(32) });

const newServer = (): McpServer => {
  const server = new McpServer(
    { name: 'stateless', version: '1' },
    { requestState: { verify: codec.verify }, capabilities: { logging: {} } },
  );
  const registry = server as unknown as Registry;
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  registerContent(registry, template, completable as never, (shape) => z.object(shape));
  registerInputRequired(registry, codec);
  const config = { description: 'Reports progress' };
  registry.registerTool('test_tool_with_progress', config, async ({ mcpReq }: ServerContext) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      const params = { progressToken: progressToken ?? '', progress, total: 100 };
      await mcpReq.notify({ method: 'notifications/progress', params });
      await delay(PAUSE_MS);
    }
    return text('reported');
  });
  const region = z.string().meta({ 'x-mcp-header': 'Region' });
  const inputSchema = z.object({ region });
  registry.registerTool('test_headers', { description: 'Reads a header', inputSchema }, (args: { region: string }) =>
    text(args.region),
  );
  registry.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Has a schema of JSON Schema 2020-12', inputSchema: fromJsonSchema(SCHEMA as never) },
    () => text('valid'),
  );
  return server;
};

/** A server of revision 2026-07-28, on the SDK 2.x. */
export const statelessServer = () => listenerOf(createMcpHandler(newServer));
