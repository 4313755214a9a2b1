import { resourceIdentifier } from './authorization/resources.ts';
import { knownScopes, OFFLINE_ACCESS, type ScopeDefinitions } from './authorization/scopes.ts';
import { TOKEN_EXCHANGE } from './clients/client.ts';
import { CLIENT_ASSERTION_ALGORITHMS } from './clients/jwks.ts';
import { LANGUAGES } from './language.ts';

/** Authentication methods that the token and revocation endpoints accept. */
const CLIENT_AUTH_METHODS = ['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'] as const;

/** Introspection requires client authentication (RFC 7662 §2.1). */
const INTROSPECTION_AUTH_METHODS = CLIENT_AUTH_METHODS.filter((method) => method !== 'none');

/** Protected resource metadata (RFC 9728 §2). It never lists `offline_access`, which the resource does not require. */
export const protectedResourceMetadata = (
  issuer: string,
  path: string,
  server: { readonly name?: string | undefined; readonly requiredScopes: readonly string[] },
) => ({
  resource: resourceIdentifier(issuer, path),
  ...(server.name === undefined ? {} : { resource_name: server.name }),
  authorization_servers: [issuer],
  scopes_supported: server.requiredScopes,
  bearer_methods_supported: ['header'],
});

export interface AuthorizationServerMetadataOptions {
  /** Whether a configured client may use the client credentials grant (RFC 6749 §4.4). */
  readonly hasClientCredentials: boolean;
  /** Whether a resource client may exchange tokens for those of an identity provider (RFC 8693). */
  readonly hasTokenExchange?: boolean;
  /** Whether a `client_id` may be the URL of a metadata document. */
  readonly hasClientDocuments: boolean;
  /** Whether clients can register, with an initial access token or without. */
  readonly hasRegistration: boolean;
}

/**
 * Authorization server metadata (RFC 8414 §2). Clients also probe the OpenID Connect alias, so the document satisfies
 * OpenID Connect Discovery §3 as well. It lists only what the server supports (catalogue #207).
 */
export const authorizationServerMetadata = (
  issuer: string,
  scopes: ScopeDefinitions,
  requiredScopes: readonly string[],
  options: AuthorizationServerMetadataOptions,
) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  ...(options.hasRegistration ? { registration_endpoint: `${issuer}/register` } : {}),
  revocation_endpoint: `${issuer}/revoke`,
  introspection_endpoint: `${issuer}/introspect`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  scopes_supported: [...knownScopes(scopes, requiredScopes), OFFLINE_ACCESS],
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: [
    'authorization_code',
    'refresh_token',
    ...(options.hasClientCredentials ? ['client_credentials'] : []),
    ...(options.hasTokenExchange ? [TOKEN_EXCHANGE] : []),
  ],
  ui_locales_supported: LANGUAGES,
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
  token_endpoint_auth_signing_alg_values_supported: CLIENT_ASSERTION_ALGORITHMS,
  revocation_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
  revocation_endpoint_auth_signing_alg_values_supported: CLIENT_ASSERTION_ALGORITHMS,
  introspection_endpoint_auth_methods_supported: INTROSPECTION_AUTH_METHODS,
  introspection_endpoint_auth_signing_alg_values_supported: CLIENT_ASSERTION_ALGORITHMS,
  client_id_metadata_document_supported: options.hasClientDocuments,
  authorization_response_iss_parameter_supported: true,
  // RFC 9101 §10.5, OpenID Connect Discovery §3: clients assume that request_uri is supported unless told otherwise.
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
  claims_parameter_supported: false,
  // OpenID Connect Discovery §3 requires these two, and strict clients check them. No ID token is issued.
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  // The claims that the UserInfo endpoint can return (OpenID Connect Discovery §3).
  claims_supported: ['sub', 'email', 'email_verified', 'name'],
});
