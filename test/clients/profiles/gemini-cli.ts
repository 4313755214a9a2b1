import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// google-gemini/gemini-cli: packages/core/src/mcp/oauth-provider.ts and oauth-utils.ts; the older order after #15754.

const common = {
  firstRequest: 'POST',
  revision: '2025-06-18',
  identification: {
    kind: 'registration',
    request: {
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'mcp offline_access',
    },
  },
  // It requests every listed scope, and requests them again at every refresh.
  authorization: { redirectUri: 'http://localhost:7777/oauth/callback', scope: ['server'], resource: 'url' },
  token: { method: 'none', resource: true, refreshResource: true, refreshScope: true },
  insists: [
    'the resource is letter for letter the URL that the user typed',
    'every endpoint is on the origin of the MCP server',
  ],
} as const;

const SERVER = ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'];
const PATH = '{origin}/.well-known/oauth-protected-resource{path}';
const ROOT = '{origin}/.well-known/oauth-protected-resource';

export const geminiCli: readonly ClientProfile[] = [
  { ...common, name: 'Gemini CLI', discovery: { headers: {}, resource: [PATH, ROOT], server: SERVER } },
  {
    ...common,
    name: 'Gemini CLI of 2025, which looks at the root first',
    discovery: { headers: {}, resource: [ROOT, PATH], server: SERVER },
  },
];
