import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { argumentsOf, converse, newAuthProvider, textOf } from './conversation.mjs';

// The TypeScript SDK 1.x as a host application uses it: it finishes a login, connects again, and repeats the call.

const { GATEHOUSE_URL, PACKAGES } = process.env;
const load = (path) => import(pathToFileURL(join(PACKAGES, '@modelcontextprotocol/sdk/dist/esm', path)).href);
const [{ Client }, { StreamableHTTPClientTransport }, { UnauthorizedError }] = await Promise.all(
  ['client/index.js', 'client/streamableHttp.js', 'client/auth.js'].map(load),
);

const { authProvider, response } = newAuthProvider('TypeScript SDK');

let transport;
let client;
const connect = async () => {
  transport = new StreamableHTTPClientTransport(new URL(GATEHOUSE_URL), { authProvider });
  client = new Client({ name: 'typescript-sdk', version: '1' });
  await client.connect(transport);
};

const withLogin = async (act) => {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth((await response()).get('code'));
    await connect();
    return act();
  }
};

await converse(async (name) => {
  if (client === undefined) await withLogin(async () => client?.transport ?? connect());
  return textOf(await withLogin(() => client.callTool({ name, arguments: argumentsOf(name) })));
});
