import { SDK_INSISTS } from '../../support/client-profiles/insists.ts';
import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// kiro.dev/docs/mcp/configuration and kiro.dev/changelog/cli/2-12; kirodotdev/Kiro#10927 (IDE 1.x: callback, resource, URLs
// that are not percent-encoded), #11076 (no metadata documents), #10423 (CLI 2.14: callback without a path, resource, no
// scope), #3911 (the CLI is built with rmcp), #11192 and #10708 (CLI 2.18 and 2.16: scopes and name of the registration,
// which are those of aws/amazon-q-developer-cli, crates/chat-cli/src/mcp_client/oauth_util.rs at 1372a0e). Its source is not
// public: the other names, probes and refreshes are assumed.

const discovery = {
  headers: { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' },
  resource: ['{challenge}', '{origin}/.well-known/oauth-protected-resource{path}'],
  server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
} as const;

const GRANTS = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
const IDE_CALLBACK = 'http://localhost:{port}/oauth/callback';
const CLI_CALLBACK = 'http://127.0.0.1:{port}';
const CLI_SCOPE = 'openid email offline_access';

export const kiro: readonly ClientProfile[] = [
  {
    name: 'Kiro, whose URLs in the query are not percent-encoded',
    firstRequest: 'POST',
    revision: '2025-11-25',
    discovery,
    identification: {
      kind: 'registration',
      request: {
        client_name: 'Kiro',
        ...GRANTS,
        redirect_uris: [IDE_CALLBACK],
        token_endpoint_auth_method: 'none',
      },
    },
    authorization: {
      redirectUri: IDE_CALLBACK,
      scope: ['challenge', 'resource'],
      resource: 'metadata',
      plainUrls: true,
    },
    token: { method: 'none', resource: true, refreshResource: true },
    insists: SDK_INSISTS,
  },
  {
    name: 'Kiro CLI, whose callback has no path',
    firstRequest: 'POST',
    revision: '2025-06-18',
    discovery,
    identification: {
      kind: 'registration',
      request: {
        client_name: 'Kiro CLI',
        ...GRANTS,
        redirect_uris: [CLI_CALLBACK],
        token_endpoint_auth_method: 'none',
      },
    },
    authorization: { redirectUri: CLI_CALLBACK, scope: [], resource: 'metadata' },
    token: { method: 'none', resource: true, refreshResource: false },
    insists: ['the name that it registered comes back'],
  },
  {
    name: 'Kiro CLI 2.18, which registers scopes of its own',
    firstRequest: 'POST',
    revision: '2025-06-18',
    discovery,
    identification: {
      kind: 'registration',
      request: {
        client_name: 'Q DEV CLI',
        ...GRANTS,
        redirect_uris: [CLI_CALLBACK],
        token_endpoint_auth_method: 'none',
        scope: CLI_SCOPE,
      },
    },
    authorization: { redirectUri: CLI_CALLBACK, scope: [], resource: 'omitted', parameters: { scope: CLI_SCOPE } },
    token: { method: 'none', resource: false, refreshResource: false },
    insists: ['a public client gets no secret, and hears that its method is none'],
  },
];

/** With a client id in its settings, it does not register. */
export const kiroConfigured: readonly ClientProfile[] = [
  {
    name: 'Kiro CLI 2.12, with a client id of the operator',
    firstRequest: 'POST',
    revision: '2025-06-18',
    discovery,
    identification: {
      kind: 'configured',
      clientId: 'kiro',
      configuration: {
        name: 'Kiro of our company',
        redirectUris: ['http://localhost/oauth/callback'],
        authentication: 'client_secret_post',
      },
    },
    authorization: { redirectUri: 'http://localhost:7778/oauth/callback', scope: [], resource: 'metadata' },
    token: { method: 'client_secret_post', resource: true, refreshResource: false },
    insists: [],
  },
];
