import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

// The TypeScript SDK 1.x as a host application uses it: it finishes a login, connects again, and repeats the call.

const { GATEHOUSE_URL, CALLBACK_PORT, PACKAGES } = process.env;
const load = (path) => import(pathToFileURL(join(PACKAGES, '@modelcontextprotocol/sdk/dist/esm', path)).href);
const [{ Client }, { StreamableHTTPClientTransport }, { UnauthorizedError }] = await Promise.all(
  ['client/index.js', 'client/streamableHttp.js', 'client/auth.js'].map(load),
);

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

let takeResponse = () => {};
createServer((request, response) => {
  response.end();
  takeResponse(new URL(request.url ?? '', 'http://localhost').searchParams);
}).listen(Number(CALLBACK_PORT), 'localhost');

const redirectUrl = `http://localhost:${CALLBACK_PORT}/callback`;
const kept = {};
let redirected;
const authProvider = {
  redirectUrl,
  clientMetadata: {
    client_name: 'TypeScript SDK',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  clientInformation: () => kept.client,
  saveClientInformation: (client) => {
    kept.client = client;
  },
  tokens: () => kept.tokens,
  saveTokens: (tokens) => {
    kept.tokens = tokens;
  },
  codeVerifier: () => kept.codeVerifier,
  saveCodeVerifier: (codeVerifier) => {
    kept.codeVerifier = codeVerifier;
  },
  redirectToAuthorization: (url) => {
    redirected = new Promise((resolve) => {
      takeResponse = resolve;
    });
    say({ open: url.href });
  },
};

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
    const parameters = await redirected;
    await transport.finishAuth(parameters.get('code'));
    await connect();
    return act();
  }
};

const call = async (name) => {
  if (client === undefined) await withLogin(async () => client?.transport ?? connect());
  const result = await withLogin(() => client.callTool({ name, arguments: name === 'echo' ? { text: 'hello' } : {} }));
  const [{ text }] = result.content;
  if (result.isError) throw new Error(text);
  return text;
};

for await (const line of createInterface({ input: process.stdin })) {
  await call(JSON.parse(line).call).then(
    (text) => say({ text }),
    (error) => say({ error: String(error).slice(0, 1000) }),
  );
}
