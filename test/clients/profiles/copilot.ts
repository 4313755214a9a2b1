import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// Copilot CLI: github/copilot-cli#4793, #4901 (document, ports), #1951 (registered port). Copilot Studio:
// activepieces/activepieces#14397 (no method in the registration), CyberDrain/CIPP#278 (no scope),
// SmartBear/smartbear-mcp#463 (callback). The order of their probes is assumed.

const STUDIO_CALLBACK = 'https://global.consent.azure-apim.net/redirect/cr938-5fgatehouse-20example-5f43bcb8573bc3e84';

const cli = {
  firstRequest: 'POST',
  revision: '2025-11-25',
  discovery: {
    headers: { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' },
    resource: ['{challenge}', '{origin}/.well-known/oauth-protected-resource{path}'],
    server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
  },
  authorization: { redirectUri: 'http://127.0.0.1:{port}/', scope: ['challenge', 'resource'], resource: 'metadata' },
  token: { method: 'none', resource: true, refreshResource: true },
} as const;

const studio = {
  firstRequest: 'POST',
  revision: '2025-06-18',
  discovery: {
    headers: { accept: 'application/json' },
    resource: ['{challenge}', '{origin}/.well-known/oauth-protected-resource{path}'],
    server: ['{server}/.well-known/oauth-authorization-server'],
  },
} as const;

export const copilot: readonly ClientProfile[] = [
  {
    ...cli,
    name: 'Copilot CLI, by its metadata document, on another port than that has',
    identification: {
      kind: 'document',
      url: 'github.com/copilot/cli/client-metadata.json',
      document: {
        client_name: 'GitHub Copilot CLI',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1:33418/'],
      },
    },
    insists: ['metadata documents and public clients are both announced'],
  },
  {
    ...cli,
    name: 'Copilot CLI, by registration, on another port than it registered',
    identification: {
      kind: 'registration',
      request: {
        client_name: 'GitHub Copilot CLI',
        redirect_uris: ['http://127.0.0.1:40123/'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
    insists: ['a public client gets no secret, and hears that its method is none'],
  },
  {
    ...studio,
    name: 'Copilot Studio, by dynamic discovery',
    identification: {
      kind: 'registration',
      request: {
        client_name: 'Copilot Studio',
        redirect_uris: [STUDIO_CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    },
    authorization: { redirectUri: STUDIO_CALLBACK, scope: [], resource: 'omitted' },
    token: { method: 'none', resource: false, refreshResource: false },
    // Its connector fails if it gets a secret with the method `none`.
    insists: ['a public client gets no secret, and hears that its method is none'],
  },
];

/** With the values that an administrator typed into the connector. */
export const copilotConfigured: readonly ClientProfile[] = [
  {
    ...studio,
    name: 'Copilot Studio, configured by hand with a secret',
    // Its configuration has the endpoints, so it does no discovery.
    discovery: { headers: {}, resource: [], server: [] },
    identification: {
      kind: 'configured',
      clientId: 'copilot-studio',
      configuration: {
        name: 'Copilot Studio of our company',
        redirectUris: [STUDIO_CALLBACK],
        authentication: 'client_secret_basic',
      },
    },
    authorization: { redirectUri: STUDIO_CALLBACK, scope: [], resource: 'omitted' },
    token: { method: 'client_secret_basic', resource: false, refreshResource: false },
    insists: [],
  },
];
