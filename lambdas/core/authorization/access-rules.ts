import * as z from 'zod/mini';
import type { Immutable } from '../immutable.ts';
import { type ClaimFindings, lowerAscii, type NeededClaim, type NeededClaims } from '../upstream/claims.ts';
import type { UpstreamIdentity } from '../upstream/identity.ts';
import type { IdentityProviderKind } from '../upstream/provider-kinds.ts';
import { hasNoEffectiveScope } from './step-up.ts';
import type { AuthorizationRequest } from './transaction.ts';

/** Conditions of an access rule. A user who meets one of them meets the rule. */
export const AccessConditions = z.object({
  emails: z.optional(z.array(z.string())),
  emailDomains: z.optional(z.array(z.string())),
  /** Claim, by name or JSON Pointer (RFC 6901) → values, one of which the user must have. */
  claims: z.optional(z.record(z.string(), z.array(z.string()))),
  githubOrganizations: z.optional(z.array(z.string())),
  /** `organization/team`, as they are written in URLs. */
  githubTeams: z.optional(z.array(z.string())),
  /** Tenant ids. */
  entraTenants: z.optional(z.array(z.string())),
});
export type AccessConditions = Immutable<z.infer<typeof AccessConditions>>;

/** Who may log in: everyone, or each user who meets one of the conditions. */
const AccessRules = z.union([z.literal('everyone'), AccessConditions]);
export type AccessRules = Immutable<z.infer<typeof AccessRules>>;

export const AccessPolicy = z.object({
  /** For every provider without rules of its own. */
  rules: z.optional(AccessRules),
  /** Identity provider id → its own rules, which replace those for all. */
  providers: z.record(z.string(), AccessRules),
  /** Scope → conditions that a user must all meet to be granted it: its own and those of the scopes it implies. */
  scopes: z.optional(z.record(z.string(), z.array(AccessConditions))),
});
export type AccessPolicy = Immutable<z.infer<typeof AccessPolicy>>;

/** What the rules read of a user. */
export interface AccessSubject {
  readonly email?: string;
  readonly emailVerified: boolean;
  readonly claims?: Readonly<Record<string, readonly string[]>>;
}

/** Names of the claims that hold a GitHub user's organizations and teams. */
export const GITHUB_ORGANIZATIONS = 'githubOrganizations' satisfies keyof AccessConditions;
export const GITHUB_TEAMS = 'githubTeams' satisfies keyof AccessConditions;

/** The rules for a provider: its own, or else those for all. Without rules, no user has access. */
export const accessRulesFor = (policy: AccessPolicy, identityProviderId: string): AccessRules =>
  (Object.hasOwn(policy.providers, identityProviderId) ? policy.providers[identityProviderId] : policy.rules) ?? {};

/**
 * Whether the rules give this user access.
 *
 * @param kind the kind of the user's provider, because some rules apply to one kind only
 */
export const isAllowed = (user: AccessSubject, rules: AccessRules, kind: IdentityProviderKind = 'oidc'): boolean => {
  if (rules === 'everyone') return true;
  return (
    isOneOf(rules.emails, verifiedEmail(user)) ||
    isOneOf(rules.emailDomains, emailDomain(user, kind)) ||
    Object.entries(rules.claims ?? {}).some(([name, values]) =>
      claim(user, name).some((value) => values.includes(value)),
    ) ||
    (kind === 'github' &&
      (claim(user, GITHUB_ORGANIZATIONS).some((organization) => isOneOf(rules.githubOrganizations, organization)) ||
        claim(user, GITHUB_TEAMS).some((team) => isOneOf(rules.githubTeams, team)))) ||
    (kind === 'entra' && claim(user, 'tid').some((tenant) => isOneOf(rules.entraTenants, tenant)))
  );
};

/** The claims that the rules read for users of a provider, with the values that they name. Nothing else is stored. */
export const neededClaims = (
  policy: AccessPolicy,
  identityProviderId: string,
  kind: IdentityProviderKind,
): NeededClaims => {
  const conditions = conditionsOf(policy, identityProviderId);
  const needed = new Map<string, NeededClaim>();
  const need = (name: string, values: readonly string[] = [], ignoresCase = false) => {
    if (values.length === 0) return;
    const known = needed.get(name);
    needed.set(name, {
      values: [...new Set([...(known?.values ?? []), ...values])],
      ...(ignoresCase || known?.ignoresCase ? { ignoresCase: true } : {}),
    });
  };
  for (const each of conditions) {
    if (kind === 'github') {
      need(GITHUB_ORGANIZATIONS, each.githubOrganizations, true);
      need(GITHUB_TEAMS, each.githubTeams, true);
      continue;
    }
    if (kind === 'google') need('hd', each.emailDomains, true);
    if (kind === 'entra') need('tid', each.entraTenants, true);
    for (const [name, values] of Object.entries(each.claims ?? {})) need(name, values);
  }
  return Object.fromEntries(needed);
};

/**
 * What the rules of a policy looked for in a user, and what they found, for the log. It contains no value of the user.
 *
 * @param found what the provider said of the needed claims
 */
export const describeLookup = (
  user: AccessSubject,
  policy: AccessPolicy,
  provider: { readonly id: string; readonly kind: IdentityProviderKind },
  found: ClaimFindings = {},
): string => {
  const readsEmail = conditionsOf(policy, provider.id).some(
    ({ emails = [], emailDomains = [] }) => emails.length + emailDomains.length > 0,
  );
  const email = user.email === undefined ? 'absent' : user.emailVerified ? 'text, verified' : 'text, not verified';
  const claims = Object.keys(neededClaims(policy, provider.id, provider.kind));
  const looked = [
    ...(readsEmail ? [`email (${email})`] : []),
    ...claims.map((name) => `${name} (${found[name] ?? 'absent'})`),
  ];
  return `The rules looked for ${looked.length === 0 ? 'nothing' : looked.join(', ')}.`;
};

/** The conditions that apply to users of a provider: those of its rules, and those of the scopes. */
const conditionsOf = (policy: AccessPolicy, identityProviderId: string): readonly AccessConditions[] =>
  [accessRulesFor(policy, identityProviderId), ...Object.values(policy.scopes ?? {}).flat()].filter(
    (each) => each !== 'everyone',
  );

/** The part of an identity that is stored: what a granted scope exposes, or what a rule reads again (#236). */
export const neededIdentity = (
  identity: UpstreamIdentity,
  scopes: readonly string[],
  policy: AccessPolicy,
): UpstreamIdentity => {
  const { email, name, ...rest } = identity;
  const hasRules =
    accessRulesFor(policy, identity.identityProviderId) !== 'everyone' || Object.keys(policy.scopes ?? {}).length > 0;
  return {
    ...rest,
    ...(email !== undefined && (hasRules || scopes.includes('email')) ? { email } : {}),
    ...(name !== undefined && scopes.includes('profile') ? { name } : {}),
  };
};

/** The approved scopes that the rules allow this user. */
export const grantableScopes = (
  user: AccessSubject,
  scopes: readonly string[],
  policy: AccessPolicy,
  kind: IdentityProviderKind,
): string[] =>
  scopes.filter((scope) => {
    const conditions = policy.scopes !== undefined && Object.hasOwn(policy.scopes, scope) ? policy.scopes[scope] : [];
    return (conditions ?? []).every((each) => isAllowed(user, each, kind));
  });

/** Scopes, and what they imply beyond themselves. */
type AskedScopes = Pick<AuthorizationRequest, 'scopes' | 'impliedScopes'>;

/**
 * The scopes that the user gets. A request for a scope asks for what it implies, too: users who may not have the scope
 * itself get those of the implied scopes that they may have.
 */
export const grantedScopes = (
  user: AccessSubject,
  { scopes, impliedScopes = [] }: AskedScopes,
  policy: AccessPolicy,
  kind: IdentityProviderKind,
): string[] => {
  const granted = grantableScopes(user, scopes, policy, kind);
  return granted.length === scopes.length
    ? granted
    : [...granted, ...grantableScopes(user, impliedScopes, policy, kind)];
};

/**
 * The scopes of an existing grant that the current rules still allow (#89).
 *
 * @returns undefined when the user has lost access, or when the scopes that are left have no effect
 */
export const remainingScopes = (
  user: AccessSubject & { readonly identityProviderId: string },
  asked: AskedScopes,
  policy: AccessPolicy,
  kind: IdentityProviderKind,
): string[] | undefined => {
  if (!isAllowed(user, accessRulesFor(policy, user.identityProviderId), kind)) return undefined;
  const left = grantedScopes(user, asked, policy, kind);
  const isComplete = asked.scopes.every((scope) => left.includes(scope));
  return !isComplete && hasNoEffectiveScope(left) ? undefined : left;
};

/** An email address counts only if the provider verified it (#155). */
const verifiedEmail = ({ email, emailVerified }: AccessSubject): string | undefined =>
  emailVerified ? email : undefined;

/**
 * The domain to which the user belongs. A Google account can have an email address at any domain; only `hd` says that
 * the account belongs to a Workspace (#160).
 */
const emailDomain = (user: AccessSubject, kind: IdentityProviderKind): string | undefined => {
  const email = verifiedEmail(user);
  if (email === undefined || !email.includes('@')) return undefined;
  return kind === 'google' ? claim(user, 'hd')[0] : email.slice(email.lastIndexOf('@') + 1);
};

const claim = ({ claims }: AccessSubject, name: string): readonly string[] =>
  claims !== undefined && Object.hasOwn(claims, name) ? (claims[name] ?? []) : [];

const isOneOf = (allowed: readonly string[] | undefined, value: string | undefined): boolean =>
  value !== undefined && (allowed ?? []).some((each) => lowerAscii(each) === lowerAscii(value));
