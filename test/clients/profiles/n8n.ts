import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// n8n-io/n8n: packages/cli/src/oauth/oauth.service.ts at 001b240, packages/@n8n/client-oauth2 at 17f4af5 and
// packages/@n8n/nodes-langchain/nodes/mcp/shared/utils.ts at 00fa31f (2026).

const CALLBACK = 'https://n8n.example.com/rest/oauth2-credential/callback';

export const n8n: readonly ClientProfile[] = [
  {
    name: 'n8n, by registration',
    firstRequest: 'POST',
    revision: '2025-11-25',
    discovery: {
      headers: { accept: 'application/json, text/plain, */*' },
      // It does not read the challenge.
      resource: [
        '{origin}/.well-known/oauth-protected-resource{path}',
        '{origin}/.well-known/oauth-protected-resource',
      ],
      server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
    },
    identification: {
      kind: 'registration',
      request: {
        redirect_uris: [CALLBACK],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        client_name: 'n8n',
        client_uri: 'https://n8n.io/',
        scope: 'mcp mcp:write offline_access',
      },
    },
    // It requests every scope that the server lists.
    authorization: { redirectUri: CALLBACK, scope: ['server'], resource: 'metadata' },
    token: { method: 'none', resource: true, refreshResource: true },
    insists: [
      // Otherwise it would choose a secret and send no PKCE.
      'S256 is listed',
      'a public client gets no secret, and hears that its method is none',
    ],
  },
];
