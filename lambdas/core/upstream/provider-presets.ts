import type { IdentityProviderKind } from './provider-kinds.ts';

/** What a provider signs or answers about a person, as it came. */
export type ProviderClaims = Readonly<Record<string, unknown>>;

/** What gets a refresh token out of a provider. */
export interface OfflineRequest {
  readonly scope?: 'offline_access';
  readonly prompt?: 'consent';
  readonly parameters?: Readonly<Record<string, string>>;
}

/** How one kind of OpenID provider differs from the next. */
export interface OidcPreset {
  /** The `prompt` by which a person gets to choose another account. */
  readonly accountPrompt: 'select_account' | 'login';
  /** Whether userinfo is asked for what the ID token lacks. Not where it says less, or the same in another form. */
  readonly asksUserInfo: boolean;
  /** How a refresh token is asked for, where `recheck` or `keepTokens` need one. */
  readonly offline: OfflineRequest;
  /** Whether the address in these claims belongs to the person. */
  readonly isEmailVerified: (claims: ProviderClaims, issuer: string) => boolean;
}

/** OpenID Connect Core §5.1. Only the boolean: the text "false" is truthy (catalogue #155). */
const saysEmailVerified = (claims: ProviderClaims): boolean => claims.email_verified === true;

const STANDARD: OidcPreset = {
  accountPrompt: 'select_account',
  asksUserInfo: true,
  // OpenID Connect Core §11: without the prompt the scope may be ignored.
  offline: { scope: 'offline_access', prompt: 'consent' },
  isEmailVerified: saysEmailVerified,
};

/** Issuers at Microsoft that stand for many tenants, each of which signs as itself. */
const MANY_TENANTS = /\/(common|organizations)(?=\/v2\.0$)/;
/** The tenant of everybody's personal accounts: nobody vouches for their addresses. */
const PERSONAL_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';
const TENANT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The address of an Entra account is a field that its tenant's administrator fills in as they like (catalogue #157). It
 * counts when Microsoft says that the domain's owner is verified, when it is among the verified addresses, or when the
 * person is a member of the one tenant that the operator trusts.
 */
const isEntraEmailVerified = (claims: ProviderClaims, issuer: string): boolean => {
  const { email, xms_edov: domainOwnerVerified, idp, acct } = claims;
  if ([true, 1, '1', 'true'].some((yes) => domainOwnerVerified === yes)) return true;
  const verified = [claims.verified_primary_email, claims.verified_secondary_email].flat();
  if (typeof email === 'string' && verified.includes(email)) return true;
  if (MANY_TENANTS.test(issuer) || issuer.includes(PERSONAL_TENANT)) return false;
  // A guest's address comes from elsewhere. `idp` is there for accounts of another place than the issuer.
  const isGuest = acct === 1 || acct === '1' || (idp !== undefined && idp !== claims.iss);
  return !isGuest;
};

/** Providers where the administrator has consented, or where people are asked once. */
const SCOPE_ALONE: OfflineRequest = { scope: 'offline_access' };

export const OIDC_PRESETS: Readonly<Record<Exclude<IdentityProviderKind, 'github'>, OidcPreset>> = {
  oidc: STANDARD,
  google: {
    ...STANDARD,
    asksUserInfo: false,
    // Theirs knows no such scope, and gives another refresh token only when the person consents again.
    offline: { prompt: 'consent', parameters: { access_type: 'offline' } },
  },
  // Theirs knows no account chooser; a new login lets people choose.
  auth0: { ...STANDARD, accountPrompt: 'login', offline: SCOPE_ALONE },
  okta: { ...STANDARD, accountPrompt: 'login', offline: SCOPE_ALONE },
  clerk: { ...STANDARD, accountPrompt: 'login', offline: SCOPE_ALONE },
  // Microsoft's userinfo is that of Graph, which says nothing more.
  entra: { ...STANDARD, asksUserInfo: false, offline: SCOPE_ALONE, isEmailVerified: isEntraEmailVerified },
  // Its userinfo says `"email_verified": "true"`, a text. It gives a refresh token with every code.
  cognito: { ...STANDARD, asksUserInfo: false, offline: {} },
};

/** The issuer as a provider for many tenants writes it in its discovery document; any other stands for itself. */
export const documentIssuer = (issuer: string): string => issuer.replace(MANY_TENANTS, '/{tenantid}');

/**
 * The issuer that must have signed: for many tenants the one of the tenant that the token names (catalogue #149).
 * Undefined when it names none, so that nothing is accepted.
 */
export const tokenIssuer = (issuer: string, claims: ProviderClaims): string | undefined => {
  if (!MANY_TENANTS.test(issuer)) return issuer;
  const { tid } = claims;
  return typeof tid === 'string' && TENANT_ID.test(tid) ? issuer.replace(MANY_TENANTS, `/${tid}`) : undefined;
};

/** Whether people of this issuer log in at the configured one: the same, or any tenant of one that stands for many. */
export const isIssuerOf = (configured: string, issuer: string): boolean =>
  tokenIssuer(configured, { tid: URL.parse(issuer)?.pathname.split('/')[1] }) === issuer;

const MAX_VALUES = 200;
const MAX_VALUE_LENGTH = 256;

/** The claims of these names as lists of texts: what rules look at, and no more. The first source that has one counts. */
export const keptClaims = (
  names: readonly string[],
  ...sources: readonly (ProviderClaims | undefined)[]
): Readonly<Record<string, readonly string[]>> | undefined => {
  const kept = names.flatMap((name) => {
    const source = sources.find((claims) => claims !== undefined && Object.hasOwn(claims, name));
    const values = [source?.[name]].flat().flatMap(parseClaimValue).slice(0, MAX_VALUES);
    return values.length === 0 ? [] : [[name, values] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
};

const parseClaimValue = (value: unknown): string[] => {
  if (typeof value !== 'string' && typeof value !== 'boolean' && typeof value !== 'number') return [];
  const text = String(value);
  return text === '' || text.length > MAX_VALUE_LENGTH ? [] : [text];
};
