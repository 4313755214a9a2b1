/** Kinds of identity providers that the development provider can imitate, with the configuration that each kind needs. */
export const PROVIDER_KINDS = {
  oidc: {},
  google: {},
  github: {},
  auth0: { domain: 'development.example.auth0.com' },
  okta: { domain: 'development.example.okta.com' },
  entra: { tenant: '11111111-1111-4111-8111-111111111111' },
  clerk: { domain: 'clerk.development.example.com' },
  cognito: {},
} as const;

export type ProviderKind = keyof typeof PROVIDER_KINDS;

export const isProviderKind = (kind: string): kind is ProviderKind => Object.hasOwn(PROVIDER_KINDS, kind);
