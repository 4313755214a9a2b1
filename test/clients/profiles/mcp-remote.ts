import { SDK_INSISTS } from '../../support/client-profiles/insists.ts';
import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// mcp-remote, request by request; another test runs the real one. It stores the response of /register and opens
// its port accordingly (punkpeye/mcp-remote#292).

export const mcpRemote: readonly ClientProfile[] = [
  {
    name: 'mcp-remote',
    firstRequest: 'GET',
    revision: '2025-11-25',
    discovery: {
      headers: { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' },
      resource: ['{challenge}', '{origin}/.well-known/oauth-protected-resource{path}'],
      server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
    },
    identification: {
      kind: 'registration',
      request: {
        client_name: 'MCP CLI Client',
        redirect_uris: ['http://localhost:{port}/oauth/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        scope: 'mcp offline_access',
      },
    },
    authorization: {
      redirectUri: 'http://localhost:{port}/oauth/callback',
      scope: ['challenge', 'resource'],
      offlineAccess: true,
      resource: 'metadata',
    },
    token: { method: 'none', resource: true, refreshResource: true },
    insists: ['every redirect URI that it registered comes back, and in its order', ...SDK_INSISTS],
  },
];
