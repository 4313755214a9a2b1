import { SDK_INSISTS } from '../../support/client-profiles/insists.ts';
import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// @modelcontextprotocol/inspector. Another test runs its real command line; this is its web page, which sends requests
// directly to the server, so that CORS decides what it may send and read.

const common = {
  browserOrigin: 'http://localhost:6274',
  firstRequest: 'POST',
  identification: {
    kind: 'registration',
    request: {
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      redirect_uris: ['http://localhost:6274/oauth/callback', 'http://localhost:6274/oauth/callback/debug'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'mcp',
    },
  },
  authorization: {
    redirectUri: 'http://localhost:6274/oauth/callback',
    scope: ['challenge', 'resource'],
    offlineAccess: true,
    resource: 'metadata',
  },
  token: { method: 'none', resource: true, refreshResource: true },
  insists: SDK_INSISTS,
} as const;

const discovery = (revision: string) => ({
  headers: { accept: 'application/json', 'mcp-protocol-version': revision },
  resource: [
    '{challenge}',
    '{origin}/.well-known/oauth-protected-resource{path}',
    '{origin}/.well-known/oauth-protected-resource',
  ],
  server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
  asksAll: true,
});

export const inspector: readonly ClientProfile[] = [
  {
    ...common,
    name: 'Inspector in a browser, of 2026-07-28',
    revision: '2026-07-28',
    discovery: discovery('2026-07-28'),
  },
  {
    ...common,
    name: 'Inspector in a browser, with initialize',
    revision: '2025-11-25',
    discovery: discovery('2025-11-25'),
  },
];
