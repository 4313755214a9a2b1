import { SDK_INSISTS } from '../../support/client-profiles/insists.ts';
import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// danny-avila/LibreChat: packages/api/src/mcp/oauth/handler.ts at 4ae4553 (2026), on the functions of the TypeScript SDK.

const CALLBACK = 'https://chat.example.com/api/mcp/gatehouse/oauth/callback';

export const librechat: readonly ClientProfile[] = [
  {
    name: 'LibreChat, by registration with a secret',
    firstRequest: 'POST',
    revision: '2025-06-18',
    discovery: {
      headers: { accept: '*/*', 'mcp-protocol-version': '2025-06-18' },
      // It does not read the challenge.
      resource: [
        '{origin}/.well-known/oauth-protected-resource{path}',
        '{origin}/.well-known/oauth-protected-resource',
      ],
      server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
    },
    identification: {
      kind: 'registration',
      // It prefers Basic wherever the server lists it, and takes its grants and response types from the metadata.
      request: {
        client_name: 'LibreChat MCP Client',
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        scope: 'mcp',
      },
    },
    authorization: {
      redirectUri: CALLBACK,
      scope: ['resource', 'server'],
      resource: 'metadata',
      // The id of the user, and the name of the server.
      state: '6650f1c2a3b4c5d6e7f80912:gatehouse',
    },
    token: { method: 'client_secret_basic', resource: true, refreshResource: false, refreshScope: true },
    insists: ['a secret, its expiry and the method that it asked for', ...SDK_INSISTS],
  },
];
