import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { User } from '../browser/user.ts';
import { callbackParameters } from '../http/oauth-requests.ts';
import { MemoryOAuthProvider } from './mcp-oauth-provider.ts';

// A client in a process of its own, which knows nothing but a connector URL: `node outside-client.ts URL TOOL PORT`. It
// logs in, calls the tool and prints what it saw as JSON. PORT is the one of the development provider, for the browser.

const [url = '', tool = '', providerPort = ''] = process.argv.slice(2);
const connectorUrl = new URL(url);

const seen = new Set<string>();
const send = globalThis.fetch;
globalThis.fetch = (input, init) => {
  seen.add(new URL(input instanceof Request ? input.url : input).origin);
  return send(input, init);
};

const authProvider = new MemoryOAuthProvider('outside');
const open = () => new Client({ name: 'outside', version: '1' }, { versionNegotiation: { mode: 'auto' } });
const transport = new StreamableHTTPClientTransport(connectorUrl, { authProvider });
await open()
  .connect(transport)
  .catch(() => undefined);
const discovered = [...seen];

const cloud = { origin: connectorUrl.origin, mcpUrl: url, port: Number(providerPort) - 1 };
const login = await new User(cloud).signIn(authProvider.authorizationUrl ?? '');
const parameters = callbackParameters(login);
authProvider.assertState(parameters);
seen.clear();
await transport.finishAuth(parameters);
const client = open();
await client.connect(new StreamableHTTPClientTransport(connectorUrl, { authProvider }));
const result = await client.callTool({ name: tool, arguments: {} });
await client.close();

const { iss, aud } = JSON.parse(
  Buffer.from(String(authProvider.tokens().access_token).split('.')[1] ?? '', 'base64url').toString(),
);
process.stdout.write(
  JSON.stringify({
    origins: [...new Set([...discovered, ...seen])],
    iss: parameters.get('iss'),
    claims: { iss, aud },
    result,
  }),
);
