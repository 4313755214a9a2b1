import * as z from 'zod/mini';
import type { Immutable } from '../immutable.ts';
import type { UpstreamIdentity } from '../upstream/identity.ts';
import type { IdentityProviderKind } from '../upstream/provider-kinds.ts';
import { hasNoEffectiveScope } from './step-up.ts';

/** Conditions of an access rule. A user who meets one of them meets the rule. */
export const AccessConditions = z.object({
  emails: z.optional(z.array(z.string())),
  emailDomains: z.optional(z.array(z.string())),
  /** Claim → values, one of which the user must have. */
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

/** What the rules look at. */
export interface AccessSubject {
  readonly email?: string;
  readonly emailVerified: boolean;
  readonly claims?: Readonly<Record<string, readonly string[]>>;
}

/** Names under which an identity at GitHub keeps what the rules ask. */
export const GITHUB_ORGANIZATIONS = 'githubOrganizations' satisfies keyof AccessConditions;
export const GITHUB_TEAMS = 'githubTeams' satisfies keyof AccessConditions;

/** The rules for a provider: its own, or else those for all; without any nobody comes in. */
export const accessRulesFor = (policy: AccessPolicy, identityProviderId: string): AccessRules =>
  (Object.hasOwn(policy.providers, identityProviderId) ? policy.providers[identityProviderId] : policy.rules) ?? {};

/**
 * Whether the rules let this person in.
 *
 * @param kind of the provider that vouches for the person: a claim means only there what its rule means by it
 */
export const isAllowed = (person: AccessSubject, rules: AccessRules, kind: IdentityProviderKind = 'oidc'): boolean => {
  if (rules === 'everyone') return true;
  return (
    isOneOf(rules.emails, verifiedEmail(person)) ||
    isOneOf(rules.emailDomains, emailDomain(person, kind)) ||
    Object.entries(rules.claims ?? {}).some(([name, values]) =>
      claim(person, name).some((value) => values.includes(value)),
    ) ||
    (kind === 'github' &&
      (claim(person, GITHUB_ORGANIZATIONS).some((organization) => isOneOf(rules.githubOrganizations, organization)) ||
        claim(person, GITHUB_TEAMS).some((team) => isOneOf(rules.githubTeams, team)))) ||
    (kind === 'entra' && claim(person, 'tid').some((tenant) => isOneOf(rules.entraTenants, tenant)))
  );
};

/** Names of the claims that the rules look at in logins at a provider: no other claim of a person is kept. */
export const neededClaims = (
  policy: AccessPolicy,
  identityProviderId: string,
  kind: IdentityProviderKind,
): string[] => {
  const conditions = [accessRulesFor(policy, identityProviderId), ...Object.values(policy.scopes ?? {}).flat()].filter(
    (each) => each !== 'everyone',
  );
  const has = (name: keyof AccessConditions) => conditions.some((each) => Object.keys(each[name] ?? {}).length > 0);
  if (kind === 'github') return ([GITHUB_ORGANIZATIONS, GITHUB_TEAMS] as const).filter(has);
  return [
    ...new Set([
      ...(kind === 'google' && has('emailDomains') ? ['hd'] : []),
      ...(kind === 'entra' && has('entraTenants') ? ['tid'] : []),
      ...conditions.flatMap(({ claims }) => Object.keys(claims ?? {})),
    ]),
  ];
};

/** Of a person only what a scope passes on or a rule looks at again: that alone is stored (catalogue #236). */
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

/** The scopes that this person may have, of those that were approved. */
export const grantableScopes = (
  person: AccessSubject,
  scopes: readonly string[],
  policy: AccessPolicy,
  kind: IdentityProviderKind,
): string[] =>
  scopes.filter((scope) => {
    const conditions = policy.scopes !== undefined && Object.hasOwn(policy.scopes, scope) ? policy.scopes[scope] : [];
    return (conditions ?? []).every((each) => isAllowed(person, each, kind));
  });

/**
 * What the rules as they are now leave of a former grant; undefined when the person may not come in any more, or could do
 * nothing with what is left (#89).
 */
export const remainingScopes = (
  person: AccessSubject & { readonly identityProviderId: string },
  grantedScopes: readonly string[],
  policy: AccessPolicy,
  kind: IdentityProviderKind,
): string[] | undefined => {
  if (!isAllowed(person, accessRulesFor(policy, person.identityProviderId), kind)) return undefined;
  const left = grantableScopes(person, grantedScopes, policy, kind);
  return left.length < grantedScopes.length && hasNoEffectiveScope(left) ? undefined : left;
};

/** An e-mail address that the provider did not verify counts for nothing (#155). */
const verifiedEmail = ({ email, emailVerified }: AccessSubject): string | undefined =>
  emailVerified ? email : undefined;

/**
 * The domain whose owner the person belongs to. A Google account can have an address anywhere; only `hd` says that it is
 * one of that Workspace (#160).
 */
const emailDomain = (person: AccessSubject, kind: IdentityProviderKind): string | undefined => {
  const email = verifiedEmail(person);
  if (email === undefined || !email.includes('@')) return undefined;
  return kind === 'google' ? claim(person, 'hd')[0] : email.slice(email.lastIndexOf('@') + 1);
};

const claim = ({ claims }: AccessSubject, name: string): readonly string[] =>
  claims !== undefined && Object.hasOwn(claims, name) ? (claims[name] ?? []) : [];

const isOneOf = (allowed: readonly string[] | undefined, value: string | undefined): boolean =>
  value !== undefined && (allowed ?? []).some((each) => lowerAscii(each) === lowerAscii(value));

/** Only A to Z: Unicode folding would turn the Kelvin sign into a k, and so one address into another. */
const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
