// Copies of what the vendors of these clients published between July and October 2026. They are used when a host cannot
// be reached or answers 403 to cloud addresses. They contain only the members that this server reads, and only redirect
// URIs of the vendor.

const CODE_AND_REFRESH = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };

const CHATGPT = {
  ...CODE_AND_REFRESH,
  client_name: 'ChatGPT',
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
  token_endpoint_auth_signing_alg: 'RS256',
  jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
};

const LOOPBACK_CALLBACKS = ['http://127.0.0.1/callback', 'http://localhost/callback'];

const DOCUMENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'https://claude.ai/oauth/mcp-oauth-client-metadata': {
    ...CODE_AND_REFRESH,
    client_name: 'Claude',
    redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
    token_endpoint_auth_method: 'none',
  },
  'https://claude.ai/oauth/claude-code-client-metadata': {
    ...CODE_AND_REFRESH,
    client_name: 'Claude Code',
    redirect_uris: LOOPBACK_CALLBACKS,
    token_endpoint_auth_method: 'none',
  },
  'https://chatgpt.com/oauth/client.json': {
    ...CHATGPT,
    redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
  },
  'https://chatgpt.com/oauth/codex/client.json': {
    ...CODE_AND_REFRESH,
    client_name: 'Codex',
    redirect_uris: LOOPBACK_CALLBACKS,
    token_endpoint_auth_method: 'none',
  },
  'https://vscode.dev/oauth/client-metadata.json': {
    ...CODE_AND_REFRESH,
    client_name: 'Visual Studio Code',
    redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    token_endpoint_auth_method: 'none',
  },
  'https://github.com/copilot/cli/client-metadata.json': {
    client_name: 'GitHub Copilot CLI',
    redirect_uris: ['http://127.0.0.1:33418/'],
    token_endpoint_auth_method: 'none',
  },
  'https://cursor.com/oauth/mcp-client.json': {
    client_name: 'Cursor',
    redirect_uris: [
      'https://www.cursor.com/agents/mcp/oauth/callback',
      'http://localhost:8787/callback',
      'http://127.0.0.1:8787/callback',
    ],
    token_endpoint_auth_method: 'none',
  },
  'https://opencode.ai/oauth/opencode/client.json': {
    ...CODE_AND_REFRESH,
    client_name: 'opencode',
    redirect_uris: LOOPBACK_CALLBACKS,
    token_endpoint_auth_method: 'none',
  },
};

/** The clients with a fixed URL whose document is shipped with Gatehouse. */
export const WELL_KNOWN_CLIENT_IDS: readonly string[] = Object.keys(DOCUMENTS);

/** ChatGPT publishes one document with one callback for each connector. */
const CHATGPT_CONNECTOR = /^https:\/\/chatgpt\.com\/oauth\/([A-Za-z0-9_-]{1,128})\/client\.json$/;

/** The text of the shipped copy of a metadata document, or undefined when there is none for this client. */
export const wellKnownClientDocument = (clientId: string): string | undefined => {
  const document = Object.hasOwn(DOCUMENTS, clientId) ? DOCUMENTS[clientId] : chatGptConnector(clientId);
  return document && JSON.stringify({ client_id: clientId, ...document });
};

const chatGptConnector = (clientId: string): Readonly<Record<string, unknown>> | undefined => {
  const connectorId = CHATGPT_CONNECTOR.exec(clientId)?.[1];
  return connectorId
    ? { ...CHATGPT, redirect_uris: [`https://chatgpt.com/connector/oauth/${connectorId}`] }
    : undefined;
};
