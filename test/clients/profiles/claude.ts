import { SDK_INSISTS } from '../../support/client-profiles/insists.ts';
import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// claude.com/docs/connectors/building/authentication; documents and habits after anthropics/claude-ai-mcp#1043 (method
// and user agent), #690 and #966 (two registrations for each attempt), #124 (scopes of its own), #134 (relative
// URLs), anthropics/claude-code#37767 (ports). That Claude Code behaves like the TypeScript SDK is assumed.

const GRANTS = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
const HOSTED_CALLBACK = 'https://claude.ai/api/mcp/auth_callback';

const HOSTED_INSISTS = [
  'an absolute resource_metadata URL and the scopes in the challenge',
  'the resource is letter for letter the URL that the user typed',
  'an unknown client is told 401 invalid_client, so that it registers anew',
  'every answer comes within ten seconds',
] as const;

const hosted = {
  userAgent: 'python-httpx/0.28.1',
  firstRequest: 'POST',
  discovery: {
    headers: { accept: '*/*' },
    resource: ['{origin}/.well-known/oauth-protected-resource{path}', '{origin}/.well-known/oauth-protected-resource'],
    server: ['{server}/.well-known/oauth-authorization-server'],
    asksAll: true,
  },
} as const;

const code = {
  firstRequest: 'POST',
  revision: '2025-11-25',
  discovery: {
    headers: { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' },
    resource: ['{challenge}', '{origin}/.well-known/oauth-protected-resource{path}'],
    server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
  },
  authorization: {
    redirectUri: 'http://localhost:{port}/callback',
    scope: ['challenge', 'resource'],
    resource: 'metadata',
  },
  token: { method: 'none', resource: true, refreshResource: true },
} as const;

export const claude: readonly ClientProfile[] = [
  {
    ...hosted,
    name: 'Claude (web, desktop, mobile), by its metadata document',
    revision: '2026-07-28',
    identification: {
      kind: 'document',
      url: 'claude.ai/oauth/mcp-oauth-client-metadata',
      document: {
        client_name: 'Claude',
        client_uri: 'https://claude.ai',
        ...GRANTS,
        redirect_uris: [HOSTED_CALLBACK],
        token_endpoint_auth_method: 'none',
      },
    },
    authorization: { redirectUri: HOSTED_CALLBACK, scope: ['challenge', 'resource'], resource: 'metadata' },
    token: { method: 'none', resource: true, refreshResource: true },
    insists: ['metadata documents and public clients are both announced', ...HOSTED_INSISTS],
  },
  {
    ...hosted,
    name: 'Claude (web, desktop, mobile), by two registrations with a secret',
    revision: '2025-11-25',
    identification: {
      kind: 'registration',
      request: {
        client_name: 'Claude',
        client_uri: 'https://claude.ai',
        ...GRANTS,
        redirect_uris: [HOSTED_CALLBACK],
        token_endpoint_auth_method: 'client_secret_post',
      },
      times: 2,
    },
    // If it finds no scope, it requests one of its own.
    authorization: {
      redirectUri: HOSTED_CALLBACK,
      scope: [],
      resource: 'metadata',
      parameters: { scope: 'claudeai' },
    },
    token: { method: 'client_secret_post', resource: true, refreshResource: false },
    insists: ['a secret, its expiry and the method that it asked for', ...HOSTED_INSISTS],
  },
  {
    ...code,
    name: 'Claude Code, by its metadata document, which has no port',
    identification: {
      kind: 'document',
      url: 'claude.ai/oauth/claude-code-client-metadata',
      document: {
        client_name: 'Claude Code',
        client_uri: 'https://claude.ai',
        ...GRANTS,
        redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'none',
      },
    },
    insists: ['metadata documents and public clients are both announced', ...SDK_INSISTS],
  },
  {
    ...code,
    name: 'Claude Code, by registration',
    identification: {
      kind: 'registration',
      request: {
        client_name: 'Claude Code (gatehouse)',
        ...GRANTS,
        redirect_uris: ['http://localhost:{port}/callback'],
        token_endpoint_auth_method: 'none',
      },
    },
    insists: SDK_INSISTS,
  },
];

/** With a client id that the user typed into the advanced settings of a connector. */
export const claudeConfigured: readonly ClientProfile[] = [
  {
    ...hosted,
    name: 'Claude (web, desktop, mobile), with a client id of your own',
    revision: '2025-11-25',
    identification: {
      kind: 'configured',
      clientId: 'claude-connector',
      configuration: {
        name: 'Claude of our company',
        redirectUris: [HOSTED_CALLBACK, 'https://claude.com/api/mcp/auth_callback'],
        authentication: 'client_secret_post',
      },
    },
    authorization: { redirectUri: HOSTED_CALLBACK, scope: ['challenge'], resource: 'metadata' },
    token: { method: 'client_secret_post', resource: true, refreshResource: true },
    insists: HOSTED_INSISTS,
  },
  {
    ...code,
    name: 'Claude Code, with --client-id and --callback-port',
    identification: {
      kind: 'configured',
      clientId: 'claude-code',
      configuration: {
        name: 'Claude Code of our company',
        redirectUris: ['http://localhost:8484/callback'],
        authentication: 'none',
      },
    },
    authorization: { ...code.authorization, redirectUri: 'http://localhost:8484/callback' },
    insists: SDK_INSISTS,
  },
];
