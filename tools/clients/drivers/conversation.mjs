import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

// What the drivers in JavaScript share: see conversation.py for what the driver and the run say to each other.

const { CALLBACK_PORT } = process.env;
const redirectUrl = `http://localhost:${CALLBACK_PORT}/callback`;

export const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

export const argumentsOf = (tool) => (tool === 'echo' ? { text: 'hello' } : {});

/** The text of a tool's result. Throws where the tool reports an error. */
export const textOf = ({ content: [{ text }], isError }) => {
  if (isError) throw new Error(text);
  return text;
};

/** A provider that keeps everything in memory, and the parameters of the authorization response that it waits for. */
export const newAuthProvider = (clientName) => {
  const kept = {};
  let takeResponse = () => {};
  createServer((request, response) => {
    response.end();
    takeResponse(new URL(request.url ?? '', 'http://localhost').searchParams);
  }).listen(Number(CALLBACK_PORT), 'localhost');
  const authProvider = {
    redirectUrl,
    clientMetadata: {
      client_name: clientName,
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
      kept.response = new Promise((resolve) => {
        takeResponse = resolve;
      });
      say({ open: url.href });
    },
  };
  return { authProvider, response: () => kept.response };
};

/** Calls tools until the run has no more. `call` takes a tool's name and returns its text, or rejects. */
export const converse = async (call) => {
  for await (const line of createInterface({ input: process.stdin })) {
    await call(JSON.parse(line).call).then(
      (text) => say({ text }),
      (error) => say({ error: String(error).slice(0, 1000) }),
    );
  }
};
