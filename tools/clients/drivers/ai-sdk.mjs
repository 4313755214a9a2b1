import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { argumentsOf, converse, newAuthProvider, textOf } from './conversation.mjs';

// The MCP client of the AI SDK as a host application uses it: it finishes a login, connects again, and repeats the call.

const { GATEHOUSE_URL, PACKAGES } = process.env;
const { auth, createMCPClient, UnauthorizedError } = await import(
  pathToFileURL(join(PACKAGES, '@ai-sdk/mcp/dist/index.js')).href
);

const { authProvider, response } = newAuthProvider('AI SDK');
let state;
Object.assign(authProvider, {
  state: () => crypto.randomUUID(),
  saveState: (value) => {
    state = value;
  },
  storedState: () => state,
});

let client;
const connect = async () => {
  client = await createMCPClient({ transport: { type: 'http', url: GATEHOUSE_URL, authProvider } });
};

const withLogin = async (act) => {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof UnauthorizedError || error.cause instanceof UnauthorizedError)) throw error;
    const parameters = await response();
    await auth(authProvider, {
      serverUrl: GATEHOUSE_URL,
      authorizationCode: parameters.get('code'),
      callbackState: parameters.get('state'),
      callbackIssuer: parameters.get('iss'),
    });
    await connect();
    return act();
  }
};

await converse(async (name) => {
  if (client === undefined) await withLogin(async () => client ?? connect());
  return textOf(await withLogin(() => client.callTool({ name, arguments: argumentsOf(name) })));
});
