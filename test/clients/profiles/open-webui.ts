import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// open-webui/open-webui: backend/open_webui/utils of 0.11 (2026), where it registers, sends its user to /authorize and
// refreshes; #29967 (a registration response without a scope).

const CALLBACK = 'https://chat.example.com/oauth/clients/mcp:gatehouse/callback';

export const openWebui: readonly ClientProfile[] = [
  {
    name: 'Open WebUI, by registration with a secret',
    userAgent: 'Python/3.11 aiohttp/3.13',
    firstRequest: 'POST',
    revision: '2025-06-18',
    discovery: {
      headers: { accept: '*/*' },
      // It looks at the well-known places only if the challenge names none.
      resource: ['{challenge}'],
      server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
    },
    identification: {
      kind: 'registration',
      request: {
        client_name: 'Open WebUI',
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
        scope: 'mcp',
      },
    },
    authorization: { redirectUri: CALLBACK, scope: ['resource', 'server'], resource: 'metadata' },
    token: { method: 'client_secret_post', resource: true, refreshResource: true },
    insists: [
      'a secret, its expiry and the method that it asked for',
      // It opens the URL itself before it sends a user there, and registers anew if that is refused.
      'a program that opens the authorization URL meets no error',
      'S256 is listed',
    ],
  },
];
