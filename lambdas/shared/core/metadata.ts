import { resourceIdentifier } from './resources.ts';
import { knownScopes, OFFLINE_ACCESS, type ScopeDefinitions } from './scopes.ts';

/** Authentication methods that the token and revocation endpoints accept now. */
const CLIENT_AUTH_METHODS = ['none', 'client_secret_post', 'client_secret_basic'] as const;

export const PROTECTED_RESOURCE_METADATA_PATH = '/.well-known/oauth-protected-resource';

/** Protected resource metadata (RFC 9728 §2). Never lists `offline_access`, which is no condition of the resource. */
export const protectedResourceMetadata = (issuer: string, path: string, requiredScopes: readonly string[]) => ({
  resource: resourceIdentifier(issuer, path),
  authorization_servers: [issuer],
  scopes_supported: requiredScopes,
  bearer_methods_supported: ['header'],
});

/**
 * Authorization server metadata (RFC 8414 §2), which is also what OpenID Connect Discovery §3 asks for, since clients
 * probe both. Lists what works and nothing else (catalogue #207).
 */
export const authorizationServerMetadata = (
  issuer: string,
  scopes: ScopeDefinitions,
  requiredScopes: readonly string[],
) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  registration_endpoint: `${issuer}/register`,
  revocation_endpoint: `${issuer}/revoke`,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  scopes_supported: [...knownScopes(scopes, requiredScopes), OFFLINE_ACCESS],
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
  revocation_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
  authorization_response_iss_parameter_supported: true,
  // RFC 9101 §10.5 and OpenID Connect Discovery §3: request_uri counts as supported unless denied.
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
  claims_parameter_supported: false,
  // Required by OpenID Connect Discovery §3, whose schema strict clients apply to the alias; no ID token is issued.
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
});
