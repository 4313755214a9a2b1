import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// zed-industries/zed: crates/context_server/src/oauth.rs at 04afc35 and transport/http.rs at 07887f1 (2026). The document
// at zed.dev was not read live; the revision that it speaks is assumed.

const CALLBACK = 'http://127.0.0.1:{port}/callback';
const GRANTS = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };

const common = {
  firstRequest: 'POST',
  revision: '2025-11-25',
  discovery: {
    headers: { accept: 'application/json' },
    // It takes the challenge's URL only if it is on the origin of the MCP server.
    resource: [
      '{challenge}',
      '{origin}/.well-known/oauth-protected-resource{path}',
      '{origin}/.well-known/oauth-protected-resource',
    ],
    server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
  },
  authorization: { redirectUri: CALLBACK, scope: ['challenge', 'resource'], resource: 'metadata' },
  token: { method: 'none', resource: true, refreshResource: true },
} as const;

const INSISTS = ['S256 is listed', 'the issuer, through URL(), is what the resource names'] as const;

export const zed: readonly ClientProfile[] = [
  {
    ...common,
    name: 'Zed, by its metadata document, which has no port',
    identification: {
      kind: 'document',
      url: 'zed.dev/oauth/client-metadata.json',
      document: {
        client_name: 'Zed',
        client_uri: 'https://zed.dev',
        ...GRANTS,
        redirect_uris: ['http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'none',
      },
    },
    insists: INSISTS,
  },
  {
    ...common,
    name: 'Zed, by a registration for each sign-in',
    identification: {
      kind: 'registration',
      request: {
        client_name: 'Zed',
        redirect_uris: [CALLBACK],
        ...GRANTS,
        token_endpoint_auth_method: 'none',
        scope: 'mcp',
      },
    },
    insists: ['a public client gets no secret, and hears that its method is none', ...INSISTS],
  },
];
