import { createHash, randomBytes } from 'node:crypto';
import { type Seen, type SignInChoices, User } from '../browser/user.ts';
import type { CloudAddress } from '../cloud/local-cloud.ts';

// Single OAuth requests, for tests that check one request at a time.

/** Nothing listens there: tests read redirects to it and do not follow them. */
export const REDIRECT_URI = 'http://127.0.0.1:53682/callback';

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of any shape
  readonly body: any;
}

const jsonAnswer = async (response: Response): Promise<JsonAnswer> => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
};

export interface RegisteredClient {
  readonly client_id: string;
  readonly client_secret?: string;
}

/** RFC 7591. */
export const postRegistration = async (
  cloud: CloudAddress,
  metadata: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<JsonAnswer> =>
  jsonAnswer(
    await fetch(`${cloud.origin}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({
        client_name: 'Flow test',
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        ...metadata,
      }),
    }),
  );

export const registerClient = async (
  cloud: CloudAddress,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<RegisteredClient> => {
  const { status, body } = await postRegistration(cloud, metadata);
  if (status !== 201) throw new Error(`registration was refused: ${status} ${JSON.stringify(body)}`);
  return body as RegisteredClient;
};

export interface AuthorizationRequest {
  readonly url: URL;
  readonly codeVerifier: string;
  readonly state: string;
}

/** RFC 6749 §4.1.1 with RFC 7636 and RFC 8707; a parameter that is set to undefined is left out. */
export const authorizationRequest = (
  cloud: CloudAddress,
  client: RegisteredClient,
  parameters: Readonly<Record<string, string | undefined>> = {},
): AuthorizationRequest => {
  const codeVerifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const url = new URL('/authorize', cloud.origin);
  const all: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: cloud.mcpUrl,
    state,
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value);
  return { url, codeVerifier, state };
};

/** The query of the client's redirect URI after a successful login. */
export const callbackParameters = (seen: Seen): URLSearchParams => {
  if (seen.left === undefined) {
    throw new Error(`the sign-in ended on a page: ${seen.status} ${seen.url}\n${seen.html.slice(0, 2_000)}`);
  }
  return seen.left.searchParams;
};

export interface Code {
  readonly client: RegisteredClient;
  readonly code: string;
  readonly codeVerifier: string;
}

/** A new authorization code of a user who consented. */
export const obtainCode = async (
  cloud: CloudAddress,
  client: RegisteredClient,
  options: SignInChoices & {
    readonly user?: User;
    readonly parameters?: Readonly<Record<string, string | undefined>>;
  } = {},
): Promise<Code> => {
  const { url, codeVerifier } = authorizationRequest(cloud, client, options.parameters);
  const seen = await (options.user ?? new User(cloud)).signIn(url, options);
  const code = callbackParameters(seen).get('code');
  if (code === null) throw new Error(`no code came back: ${seen.left?.search}`);
  return { client, code, codeVerifier };
};

/** Posts a form. */
export const postForm = async (
  url: string | URL,
  form: Readonly<Record<string, string | undefined>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<JsonAnswer> => {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) if (value !== undefined) body.set(name, value);
  return jsonAnswer(await fetch(url, { method: 'POST', headers, body, redirect: 'manual' }));
};

const clientParameters = ({ client_id, client_secret }: RegisteredClient) => ({ client_id, client_secret });

/** RFC 6749 §4.1.3. */
export const redeem = (
  cloud: CloudAddress,
  { client, code, codeVerifier }: Code,
  parameters: Readonly<Record<string, string | undefined>> = {},
): Promise<JsonAnswer> =>
  postForm(`${cloud.origin}/token`, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: codeVerifier,
    resource: cloud.mcpUrl,
    ...clientParameters(client),
    ...parameters,
  });

/** RFC 6749 §6. */
export const refresh = (
  cloud: CloudAddress,
  client: RegisteredClient,
  refreshToken: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): Promise<JsonAnswer> =>
  postForm(`${cloud.origin}/token`, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...clientParameters(client),
    ...parameters,
  });

/** RFC 7009. */
export const revoke = (cloud: CloudAddress, client: RegisteredClient, token: string): Promise<JsonAnswer> =>
  postForm(`${cloud.origin}/revoke`, { token, ...clientParameters(client) });

export interface Session {
  readonly client: RegisteredClient;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Registers a client if needed, logs in, and returns the tokens. */
export const obtainSession = async (
  cloud: CloudAddress,
  options: Parameters<typeof obtainCode>[2] & { readonly client?: RegisteredClient } = {},
): Promise<Session> => {
  const client = options.client ?? (await registerClient(cloud));
  const resource = options.parameters?.resource ?? cloud.mcpUrl;
  const { status, body } = await redeem(cloud, await obtainCode(cloud, client, options), { resource });
  if (status !== 200) throw new Error(`no tokens: ${status} ${JSON.stringify(body)}`);
  return { client, accessToken: body.access_token, refreshToken: body.refresh_token };
};

/** A JSON-RPC request to an MCP server, in the words of revision 2025-06-18 (which need no session here). */
export const callMcp = async (
  url: string | URL,
  accessToken: string | undefined,
  body: unknown = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } },
  headers: Readonly<Record<string, string>> = {},
): Promise<JsonAnswer> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-06-18',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      ...headers,
    },
    body: JSON.stringify(body),
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return jsonAnswer(response);
  const data = (await response.text()).split('\n').filter((line) => line.startsWith('data: {'));
  return { status: response.status, headers: response.headers, body: JSON.parse(data.at(-1)?.slice(6) ?? 'null') };
};

/** What `whoami` of the example server answered. */
export const identityIn = (answer: JsonAnswer): Record<string, unknown> =>
  JSON.parse(answer.body.result.content[0].text) as Record<string, unknown>;
