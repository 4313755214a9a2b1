import { SDK_INSISTS } from '../../support/client-profiles/insists.ts';
import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// The three redirect URIs after erp-mafia/accounted#2225 and soflyy/agent-connector-for-wp#111. That it behaves like the
// TypeScript SDK otherwise is assumed.

const common = {
  userAgent: 'Cursor/3.0',
  firstRequest: 'POST',
  revision: '2025-11-25',
  discovery: {
    headers: { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' },
    resource: ['{challenge}', '{origin}/.well-known/oauth-protected-resource{path}'],
    server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
  },
  token: { method: 'none', resource: true, refreshResource: true },
} as const;

const authorization = { scope: ['challenge', 'resource'], resource: 'metadata' } as const;

const registered = (name: string, redirectUri: string): ClientProfile => ({
  ...common,
  name,
  identification: {
    kind: 'registration',
    request: {
      client_name: 'Cursor',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  authorization: { ...authorization, redirectUri },
  // If one URI is refused, the whole connection fails.
  insists: ['every redirect URI that it registered comes back, and in its order', ...SDK_INSISTS],
});

export const cursor: readonly ClientProfile[] = [
  registered('Cursor, by one registration, back through its own links', 'cursor://anysphere.cursor-mcp/oauth/callback'),
  registered('Cursor, by one registration, back to its port', 'http://localhost:8787/callback'),
  registered('Cursor agents, by one registration', 'https://www.cursor.com/agents/mcp/oauth/callback'),
  {
    ...common,
    name: 'Cursor, by its metadata document',
    identification: {
      kind: 'document',
      url: 'cursor.com/oauth/mcp-client.json',
      document: {
        client_name: 'Cursor',
        redirect_uris: [
          'https://www.cursor.com/agents/mcp/oauth/callback',
          'http://localhost:8787/callback',
          'http://127.0.0.1:8787/callback',
        ],
        token_endpoint_auth_method: 'none',
      },
    },
    authorization: { ...authorization, redirectUri: 'http://localhost:8787/callback' },
    insists: ['metadata documents and public clients are both announced', ...SDK_INSISTS],
  },
];
