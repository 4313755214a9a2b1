import {
  McpServer as McpServer1,
  ResourceTemplate as ResourceTemplate1,
} from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import type { Operation } from '../../../lambdas/core/mcp/operation.ts';

/** Registers the same operations with a server of either SDK. Each records what was carried out. */
const furnish = <S extends McpServer | McpServer1>(
  server: S,
  template: (uri: string) => unknown,
  done: Operation[],
): S => {
  const any = server as McpServer;
  for (const name of ['echo', 'delete_user']) {
    any.registerTool(name, { description: name }, () => {
      done.push({ method: 'tools/call', target: name });
      return { content: [] };
    });
  }
  const read = (uri: URL) => {
    done.push({ method: 'resources/read', target: uri.href });
    return { contents: [{ uri: uri.href, text: '' }] };
  };
  any.registerResource('plan', 'file:///secret/plan', {}, read);
  any.registerResource('public', template('file:///public/{name}') as ResourceTemplate, {}, read);
  any.registerPrompt('internal', {}, () => {
    done.push({ method: 'prompts/get', target: 'internal' });
    return { messages: [] };
  });
  return server;
};

/** What the 2.x SDK carries out, with both revisions at one endpoint. */
export const doneBySdk2 = async (request: Request): Promise<Operation[]> => {
  const done: Operation[] = [];
  const template = (uri: string) => new ResourceTemplate(uri, { list: undefined });
  const handler = createMcpHandler(() => furnish(new McpServer({ name: 's', version: '1' }), template, done));
  await (await handler.fetch(request)).text();
  await handler.close();
  return done;
};

/** What the 1.x SDK carries out, without sessions. */
export const doneBySdk1 = async (request: Request): Promise<Operation[]> => {
  const done: Operation[] = [];
  const template = (uri: string) => new ResourceTemplate1(uri, { list: undefined });
  const server = furnish(new McpServer1({ name: 's', version: '1' }), template, done);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport as Parameters<typeof server.connect>[0]);
  const answered = transport.handleRequest(request).then((response) => response.text());
  // A message without an id is answered at once. A response that never comes must not block the test.
  await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 200).unref())]);
  await server.close();
  return done;
};
