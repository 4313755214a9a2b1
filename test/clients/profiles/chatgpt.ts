import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// developers.openai.com/apps-sdk/build/auth; documents as quoted in jazzband/django-oauth-toolkit#1845 and
// Altinity/altinity-mcp#118; audience of the assertion after Artexis10/exomem#380; registrations after
// danielealbano/android-remote-control-mcp#166. What is sent first, and in which order probes follow, is assumed.

const GRANTS = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };

const SIGNED = {
  client_uri: 'https://chatgpt.com/',
  client_name: 'ChatGPT',
  ...GRANTS,
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'RS256',
};

const common = {
  userAgent: 'openai-mcp/1.0.0',
  firstRequest: 'POST',
  discovery: {
    headers: { accept: 'application/json' },
    resource: ['{challenge}', '{origin}/.well-known/oauth-protected-resource{path}'],
    server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
  },
} as const;

const authorization = { scope: ['resource', 'challenge'], offlineAccess: true, resource: 'metadata' } as const;

const INSISTS = [
  'S256 is listed',
  'the token names the resource in aud',
  'offline_access is listed by the server and not by the resource',
] as const;

const SIGNS = ['metadata documents and private_key_jwt with RS256 are announced', ...INSISTS] as const;

export const chatgpt: readonly ClientProfile[] = [
  {
    ...common,
    name: 'ChatGPT, by its metadata document and private_key_jwt',
    revision: '2026-07-28',
    identification: {
      kind: 'document',
      url: 'chatgpt.com/oauth/client.json',
      document: {
        ...SIGNED,
        redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
        token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      },
      jwksUrl: 'chatgpt.com/oauth/jwks.json',
    },
    authorization: { ...authorization, redirectUri: 'https://chatgpt.com/connector_platform_oauth_redirect' },
    token: { method: 'private_key_jwt', resource: true, refreshResource: true },
    // It uses this document and this callback only if the metadata announces iss.
    insists: [...SIGNS, 'iss is announced, and comes back once and equal'],
  },
  {
    ...common,
    name: "ChatGPT, by one connector's metadata document and private_key_jwt",
    revision: '2025-11-25',
    identification: {
      kind: 'document',
      url: 'chatgpt.com/oauth/kDmjx77UnKOM/client.json',
      document: { ...SIGNED, redirect_uris: ['https://chatgpt.com/connector/oauth/kDmjx77UnKOM'] },
      jwksUrl: 'chatgpt.com/oauth/jwks.json',
    },
    authorization: { ...authorization, redirectUri: 'https://chatgpt.com/connector/oauth/kDmjx77UnKOM' },
    token: { method: 'private_key_jwt', resource: true, refreshResource: true },
    insists: SIGNS,
  },
  ...(
    [
      ['the callback of the platform', 'https://chatgpt.com/connector_platform_oauth_redirect'],
      ['the callback of one connector', 'https://chatgpt.com/connector/oauth/a1B2_c3-D4'],
    ] as const
  ).map(
    ([callback, redirectUri]): ClientProfile => ({
      ...common,
      name: `ChatGPT, by registration with ${callback}`,
      revision: '2025-11-25',
      identification: {
        kind: 'registration',
        request: {
          client_name: 'ChatGPT',
          ...GRANTS,
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'none',
        },
      },
      authorization: { ...authorization, redirectUri },
      token: { method: 'none', resource: true, refreshResource: true },
      insists: [...INSISTS, 'a public client gets no secret, and hears that its method is none'],
    }),
  ),
];
