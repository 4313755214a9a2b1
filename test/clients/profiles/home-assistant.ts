import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// home-assistant/core: homeassistant/components/mcp (config_flow.py and registration.py at 00b0010, application_credentials.py
// at 1df6047, 2026; PKCE as in #170370). Whether these commits are merged or released is not verified.

const CALLBACK = 'https://my.home-assistant.io/redirect/oauth';

export const homeAssistant: readonly ClientProfile[] = [
  {
    name: 'Home Assistant with PKCE, by registration',
    firstRequest: 'POST',
    revision: '2025-06-18',
    discovery: {
      headers: { accept: '*/*' },
      resource: ['{challenge}'],
      server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
      asksAll: true,
    },
    identification: {
      kind: 'registration',
      request: {
        redirect_uris: [CALLBACK],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        scope: 'mcp',
        client_name: 'Home Assistant',
        application_type: 'web',
      },
    },
    authorization: {
      redirectUri: CALLBACK,
      scope: ['challenge', 'resource', 'server'],
      resource: 'omitted',
      parameters: { access_type: 'offline', prompt: 'consent' },
    },
    token: { method: 'none', resource: false, refreshResource: false },
    insists: [
      'the resource is letter for letter the URL that the user typed',
      'every redirect URI that it registered comes back, and in its order',
      'the registered scope is not less than it asked for',
    ],
  },
];
