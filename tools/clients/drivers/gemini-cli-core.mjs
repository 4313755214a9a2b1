import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { argumentsOf, converse, say, textOf } from './conversation.mjs';

// The part of Gemini CLI that connects to MCP servers, which is a package of its own. It connects for each call anew.

const { GATEHOUSE_URL, PACKAGES } = process.env;
// Otherwise it would ask on the terminal for consent to the login.
process.stdin.isTTY = true;
process.stdout.isTTY = true;
delete process.env.CI;
const { connectToMcpServer, CoreEvent, coreEvents, MCPOAuthProvider } = await import(
  pathToFileURL(join(PACKAGES, '@google/gemini-cli-core/dist/index.js')).href
);

coreEvents.on(CoreEvent.ConsentRequest, ({ onConfirm }) => onConfirm(true));
coreEvents.on(CoreEvent.UserFeedback, ({ message }) => {
  const [url] = /https?:\S+\/authorize\?\S+/.exec(message) ?? [];
  if (url) say({ open: url });
});

const server = { httpUrl: GATEHOUSE_URL };
const workspace = { getDirectories: () => [], onDirectoriesChanged: () => () => undefined };
const configuration = { sanitizationConfig: {}, emitMcpDiagnostic: () => undefined };
const connect = () => connectToMcpServer('1', 'gatehouse', server, false, workspace, configuration);

let isAuthenticated = false;
await converse(async (name) => {
  if (!isAuthenticated) await new MCPOAuthProvider().authenticate('gatehouse', { enabled: true }, GATEHOUSE_URL);
  isAuthenticated = true;
  const client = await connect();
  try {
    return textOf(await client.callTool({ name, arguments: argumentsOf(name) }));
  } finally {
    await client.close();
  }
});
