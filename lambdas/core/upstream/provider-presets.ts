import type { ProviderClaims } from './claims.ts';
import type { IdentityProviderKind } from './provider-kinds.ts';

/** What a provider needs in the authorization request before it issues a refresh token. */
export interface OfflineRequest {
  readonly scope?: 'offline_access';
  readonly prompt?: 'consent';
  readonly parameters?: Readonly<Record<string, string>>;
}

/** How one kind of OpenID provider differs from the others. */
export interface OidcPreset {
  /** The `prompt` value that lets the user choose another account. */
  readonly accountPrompt: 'select_account' | 'login';
  /** Whether to read userinfo for claims that the ID token lacks. Not if it has fewer claims, or other types. */
  readonly asksUserInfo: boolean;
  /** How to request a refresh token, for `recheck` and `keepTokens`. */
  readonly offline: OfflineRequest;
  /** Whether the provider vouches for the email address in these claims. */
  readonly isEmailVerified: (claims: ProviderClaims, issuer: string) => boolean;
}

/** OpenID Connect Core §5.1. Only the boolean counts: the string "false" is truthy (#155). */
const saysEmailVerified = (claims: ProviderClaims): boolean => claims.email_verified === true;

const STANDARD: OidcPreset = {
  accountPrompt: 'select_account',
  asksUserInfo: true,
  // OpenID Connect Core §11: without this prompt, the provider may ignore the scope.
  offline: { scope: 'offline_access', prompt: 'consent' },
  isEmailVerified: saysEmailVerified,
};

/** Microsoft's multi-tenant issuers. Each tenant signs with its own issuer. */
const MANY_TENANTS = /\/(common|organizations)(?=\/v2\.0$)/;
/** The tenant of all personal Microsoft accounts, whose email addresses are not verified. */
const PERSONAL_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';
const TENANT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The administrator of an Entra tenant can set any email address on an account (#157). The address counts only if
 * Microsoft verified the domain's owner, if it is one of the verified addresses, or if the user is a member of the single
 * tenant that the operator trusts.
 */
const isEntraEmailVerified = (claims: ProviderClaims, issuer: string): boolean => {
  const { email, xms_edov: domainOwnerVerified, idp, acct } = claims;
  if ([true, 1, '1', 'true'].some((value) => domainOwnerVerified === value)) return true;
  const verified = [claims.verified_primary_email, claims.verified_secondary_email].flat();
  if (typeof email === 'string' && verified.includes(email)) return true;
  if (MANY_TENANTS.test(issuer) || issuer.includes(PERSONAL_TENANT)) return false;
  // A guest's address comes from another tenant. `idp` is present for accounts that another issuer manages.
  const isGuest = acct === 1 || acct === '1' || (idp !== undefined && idp !== claims.iss);
  return !isGuest;
};

/** For providers where the administrator has consented, or where each user is asked once. */
const SCOPE_ALONE: OfflineRequest = { scope: 'offline_access' };

export const OIDC_PRESETS: Readonly<Record<Exclude<IdentityProviderKind, 'github'>, OidcPreset>> = {
  oidc: STANDARD,
  google: {
    ...STANDARD,
    asksUserInfo: false,
    // Google has no such scope, and issues another refresh token only when the user consents again.
    offline: { prompt: 'consent', parameters: { access_type: 'offline' } },
  },
  // Auth0 has no account chooser; a new login lets the user choose.
  auth0: { ...STANDARD, accountPrompt: 'login', offline: SCOPE_ALONE },
  okta: { ...STANDARD, accountPrompt: 'login', offline: SCOPE_ALONE },
  clerk: { ...STANDARD, accountPrompt: 'login', offline: SCOPE_ALONE },
  // Microsoft's userinfo is served by Graph and has no further claims.
  entra: { ...STANDARD, asksUserInfo: false, offline: SCOPE_ALONE, isEmailVerified: isEntraEmailVerified },
  // Cognito's userinfo sends `"email_verified": "true"`, a string. It issues a refresh token with every code.
  cognito: { ...STANDARD, asksUserInfo: false, offline: {} },
};

/** The issuer as written in the discovery document. Only multi-tenant providers write a template there. */
export const documentIssuer = (issuer: string): string => issuer.replace(MANY_TENANTS, '/{tenantid}');

/**
 * The issuer that must have signed a token. For a multi-tenant provider, it is the tenant named in the token (#149).
 *
 * @returns undefined when the token names no tenant, so that no token is accepted
 */
export const tokenIssuer = (issuer: string, claims: ProviderClaims): string | undefined => {
  if (!MANY_TENANTS.test(issuer)) return issuer;
  const { tid } = claims;
  return typeof tid === 'string' && TENANT_ID.test(tid) ? issuer.replace(MANY_TENANTS, `/${tid}`) : undefined;
};

/** Whether users of `issuer` log in at the configured issuer: the same one, or a tenant of a multi-tenant issuer. */
export const isIssuerOf = (configured: string, issuer: string): boolean =>
  tokenIssuer(configured, { tid: URL.parse(issuer)?.pathname.split('/')[1] }) === issuer;
