import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// modelcontextprotocol/rust-sdk: crates/rmcp/src/transport/auth.rs; openai/codex#13200 (order, user agent), #42427
// (metadata on the MCP server's host), #35253 (scopes), #12589 (no resource), #28830 (resource twice), #30460 (callback).

const common = {
  userAgent: 'codex-mcp-client/0.147.0',
  firstRequest: 'GET',
  revision: '2025-06-18',
} as const;

const HEADERS = { 'mcp-protocol-version': '2024-11-05' };

const current = {
  headers: HEADERS,
  resource: ['{challenge}'],
  server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
} as const;

const CALLBACK_WITH_ID = 'http://127.0.0.1:{port}/callback/9f3a7c21';

const REGISTRATION = {
  kind: 'registration',
  request: {
    client_name: 'Codex',
    redirect_uris: [CALLBACK_WITH_ID],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    response_types: ['code'],
  },
} as const;

const INSISTS = [
  'iss is announced, and comes back once and equal',
  'the scopes of the resource are listed by the server too',
] as const;

const EXACT = 'the resource is letter for letter the URL that the user typed';

export const codex: readonly ClientProfile[] = [
  {
    ...common,
    name: 'Codex, by its metadata document',
    discovery: current,
    identification: {
      kind: 'document',
      url: 'chatgpt.com/oauth/codex/client.json',
      document: {
        client_name: 'Codex',
        redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
    authorization: { redirectUri: 'http://127.0.0.1:{port}/callback', scope: ['server'], resource: 'metadata' },
    token: { method: 'none', resource: true, refreshResource: false },
    insists: ['metadata documents and public clients are both announced', EXACT, ...INSISTS],
  },
  {
    ...common,
    name: 'Codex, by registration, with an id in its callback',
    discovery: current,
    identification: REGISTRATION,
    authorization: { redirectUri: CALLBACK_WITH_ID, scope: ['server'], resource: 'metadata' },
    token: { method: 'none', resource: true, refreshResource: false },
    insists: ['the name that it registered comes back', EXACT, ...INSISTS],
  },
  {
    ...common,
    name: 'Codex with oauth_resource, which sends the resource twice',
    discovery: current,
    identification: REGISTRATION,
    authorization: { redirectUri: CALLBACK_WITH_ID, scope: ['server'], resource: 'twice' },
    token: { method: 'none', resource: true, refreshResource: false },
    insists: ['the name that it registered comes back', EXACT, ...INSISTS],
  },
  {
    ...common,
    name: 'Codex of early 2026, which looks on the MCP server alone and sends no resource',
    userAgent: 'codex-mcp-client/0.104.0',
    discovery: {
      headers: HEADERS,
      resource: [],
      server: [
        '{origin}/.well-known/oauth-authorization-server{path}',
        '{origin}{path}/.well-known/oauth-authorization-server',
        '{origin}/.well-known/oauth-authorization-server',
      ],
    },
    identification: REGISTRATION,
    authorization: { redirectUri: CALLBACK_WITH_ID, scope: [], resource: 'omitted' },
    token: { method: 'none', resource: false, refreshResource: false },
    insists: ['the name that it registered comes back'],
  },
];
