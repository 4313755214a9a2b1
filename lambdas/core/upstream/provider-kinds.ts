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
