/** Kinds of identity providers. All but `github` speak OpenID Connect. */
export const IDENTITY_PROVIDER_KINDS = [
  'oidc',
  'google',
  'github',
  'auth0',
  'okta',
  'entra',
  'clerk',
  'cognito',
] as const;
export type IdentityProviderKind = (typeof IDENTITY_PROVIDER_KINDS)[number];

/** How Gatehouse may authenticate at a provider's token endpoint (RFC 6749 §2.3.1). */
export const TOKEN_ENDPOINT_AUTHENTICATIONS = ['client_secret_post', 'client_secret_basic'] as const;
export type TokenEndpointAuthentication = (typeof TOKEN_ENDPOINT_AUTHENTICATIONS)[number];
