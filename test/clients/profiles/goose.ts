import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// block/goose: crates/goose/src/oauth/mod.rs at 06423fd (2026), which uses rmcp (modelcontextprotocol/rust-sdk). The
// document at goose-docs.ai was not read; the revision and the refresh without a resource are those of rmcp in Codex.

const CALLBACK = 'http://127.0.0.1:{port}/oauth_callback';

const common = {
  firstRequest: 'GET',
  revision: '2025-06-18',
  discovery: {
    headers: { 'mcp-protocol-version': '2024-11-05' },
    resource: ['{challenge}'],
    server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
  },
  authorization: { redirectUri: CALLBACK, scope: ['challenge', 'resource', 'server'], resource: 'metadata' },
  token: { method: 'none', resource: true, refreshResource: false },
} as const;

export const goose: readonly ClientProfile[] = [
  {
    ...common,
    name: 'goose, by its metadata document',
    identification: {
      kind: 'document',
      url: 'goose-docs.ai/oauth/client-metadata.json',
      document: {
        client_name: 'goose',
        redirect_uris: ['http://127.0.0.1/oauth_callback', 'http://localhost/oauth_callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
    insists: ['iss is announced, and comes back once and equal', 'the scope of the tokens is said'],
  },
];
