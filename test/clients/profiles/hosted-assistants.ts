import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// Perplexity: perplexity.ai/help-center, article 13915507 (menu, both callbacks), koala73/worldmonitor#8305 (2026-09-17),
// stacklok/toolhive#5321 (2026-05-19: it expects a secret; by which method it sends it is not verified).
// Mistral: docs.mistral.ai/le-chat/knowledge-integrations/connectors (menu), pantalytics/odoo-mcp-pro#21 and #22 (callback,
// Basic and PKCE), names in registrations as servers saw them in 2026. Probes, scopes and refreshes of both are assumed.

const GRANTS = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };

const common = {
  firstRequest: 'POST',
  revision: '2025-06-18',
  discovery: {
    headers: { accept: 'application/json' },
    resource: ['{challenge}', '{origin}/.well-known/oauth-protected-resource{path}'],
    server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
  },
} as const;

const perplexityAt = (host: string): ClientProfile => ({
  ...common,
  name: `Perplexity at ${host}, by registration`,
  identification: {
    kind: 'registration',
    request: {
      client_name: 'Perplexity',
      ...GRANTS,
      redirect_uris: [`https://${host}/rest/connections/oauth_callback`],
    },
  },
  authorization: {
    redirectUri: `https://${host}/rest/connections/oauth_callback`,
    scope: ['challenge', 'resource'],
    resource: 'metadata',
  },
  token: { method: 'none', resource: true, refreshResource: true },
  insists: ['S256 is listed', 'the name that it registered comes back'],
});

const MISTRAL_CALLBACK = 'https://callback.mistral.ai/v1/integrations_auth/oauth2_callback';

export const hostedAssistants: readonly ClientProfile[] = [
  perplexityAt('www.perplexity.ai'),
  perplexityAt('enterprise.perplexity.ai'),
  {
    ...perplexityAt('www.perplexity.ai'),
    name: 'Perplexity, by registration with a secret',
    identification: {
      kind: 'registration',
      request: {
        client_name: 'Perplexity',
        ...GRANTS,
        redirect_uris: ['https://www.perplexity.ai/rest/connections/oauth_callback'],
        token_endpoint_auth_method: 'client_secret_post',
        scope: 'mcp offline_access',
      },
    },
    token: { method: 'client_secret_post', resource: true, refreshResource: true },
    insists: [
      'a secret, its expiry and the method that it asked for',
      'offline_access is listed by the server and not by the resource',
    ],
  },
  {
    ...common,
    name: "Mistral's Le Chat, by registration with a secret",
    identification: {
      kind: 'registration',
      request: {
        client_name: 'mistral-mcp-client',
        ...GRANTS,
        redirect_uris: [MISTRAL_CALLBACK],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    },
    authorization: { redirectUri: MISTRAL_CALLBACK, scope: ['challenge', 'resource'], resource: 'metadata' },
    token: { method: 'client_secret_basic', resource: true, refreshResource: true },
    // Without a secret it ends with "Missing oauth2 metadata secrets in oauth callback".
    insists: ['a secret, its expiry and the method that it asked for', 'S256 is listed'],
  },
];
