import type { ClientProfile } from '../../support/client-profiles/profile.ts';

// Spark: support.google.com/gemini/answer/17209137 (menu), homeassistant-ai/ha-mcp#1787 and home-assistant/core#176282 (its
// metadata document), Swiggy/swiggy-mcp-server-manifest#78 (callback), kentcdodds/kody#944 (user agent and probes);
// scopes, HEAD and the six redirect URIs as owners of servers wrote them down in September 2026. The document itself was
// not read. How it authenticates with a client id of the operator, and what it sends at refresh, is assumed.
// Enterprise: docs.cloud.google.com/gemini/enterprise/docs/connectors/custom-mcp-server (2026-09-15),
// pipefy/ai-toolkit#586 (no registration, fixed callback). That it sends PKCE and no resource is assumed.

const GRANTS = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
const SPARK_PROVIDER = 'user_bound_custom-mcp-123456789012345678901-gate_example_com';
const SPARK_CALLBACK = `https://oauth-redirect.googleusercontent.com/r/${SPARK_PROVIDER}`;

const spark = {
  userAgent: 'Google',
  firstRequest: 'HEAD',
  revision: '2025-11-25',
  discovery: {
    headers: { accept: '*/*' },
    resource: ['{challenge}', '{origin}/.well-known/oauth-protected-resource'],
    server: ['{server}/.well-known/oauth-authorization-server', '{server}/.well-known/openid-configuration'],
  },
  // It adds `openid`, which Gatehouse drops, and `offline_access` to the scope of the resource.
  authorization: {
    redirectUri: SPARK_CALLBACK,
    scope: [],
    resource: 'metadata',
    parameters: { scope: 'mcp openid offline_access' },
  },
} as const;

const publicToken = { method: 'none', resource: true, refreshResource: true } as const;

export const gemini: readonly ClientProfile[] = [
  {
    ...spark,
    name: "Gemini Spark, by its provider's metadata document",
    identification: {
      kind: 'document',
      url: `accountlinking.google.com/clientidmetadata/user_bound_provider/${SPARK_PROVIDER}`,
      document: {
        client_name: 'Google',
        ...GRANTS,
        redirect_uris: [SPARK_CALLBACK],
        token_endpoint_auth_method: 'none',
      },
    },
    token: publicToken,
    insists: ['metadata documents and public clients are both announced', 'S256 is listed'],
  },
  {
    ...spark,
    name: 'Gemini Spark, by one registration of six redirect URIs',
    identification: {
      kind: 'registration',
      request: {
        client_name: 'Google',
        ...GRANTS,
        redirect_uris: ['r', 'a'].flatMap((path) =>
          ['-sandbox', '-test', ''].map(
            (environment) => `https://oauth-redirect${environment}.googleusercontent.com/${path}/${SPARK_PROVIDER}`,
          ),
        ),
        token_endpoint_auth_method: 'none',
      },
    },
    token: publicToken,
    // If one is refused, it asks its user for a client id.
    insists: ['every redirect URI that it registered comes back, and in its order', 'S256 is listed'],
  },
];

/** With the client id and secret that the user or the administrator typed in. */
export const geminiConfigured: readonly ClientProfile[] = [
  {
    ...spark,
    name: 'Gemini Spark, with a client id of the operator',
    identification: {
      kind: 'configured',
      clientId: 'gemini-spark',
      configuration: { name: 'Gemini Spark', redirectUris: [SPARK_CALLBACK], authentication: 'client_secret_post' },
    },
    token: { method: 'client_secret_post', resource: true, refreshResource: true },
    insists: ['S256 is listed'],
  },
  {
    name: 'Gemini Enterprise, with a client id of the operator',
    firstRequest: 'POST',
    revision: '2025-06-18',
    // The administrator types the endpoints in, so it does no discovery.
    discovery: { headers: {}, resource: [], server: [] },
    identification: {
      kind: 'configured',
      clientId: 'gemini-enterprise',
      configuration: {
        name: 'Gemini Enterprise',
        redirectUris: ['https://vertexaisearch.cloud.google.com/oauth-redirect'],
        authentication: 'client_secret_post',
      },
    },
    authorization: {
      redirectUri: 'https://vertexaisearch.cloud.google.com/oauth-redirect',
      scope: [],
      resource: 'omitted',
      parameters: { scope: 'mcp offline_access' },
    },
    token: { method: 'client_secret_post', resource: false, refreshResource: false },
    insists: [],
  },
];
