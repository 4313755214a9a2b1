import type {
  AccessPolicy,
  AccessConditions as RuntimeConditions,
  AccessRules as RuntimeRules,
} from '../../lambdas/core/authorization/access-rules.ts';
import type { IdentityProviderKind } from '../../lambdas/core/upstream/provider-kinds.ts';
import { ACCESS } from './provider-schema.ts';
import type { Configuration } from './schema.ts';

type IdentityProviderConfiguration = Configuration['identityProviders'][string];
type AccessRules = NonNullable<Configuration['access']>;
type AccessConditions = Exclude<AccessRules, 'everyone'>;

/** Whether the stack creates the user pool of a provider. */
export const isMadeByStack = (provider: IdentityProviderConfiguration): boolean =>
  provider.kind === 'cognito' && provider.userPoolId === undefined;

/** The issuer of a kind, without the override of the local run; undefined for a user pool that the stack creates. */
const ownIssuer = (provider: IdentityProviderConfiguration): string | undefined => {
  switch (provider.kind) {
    case 'oidc':
      return provider.issuer;
    case 'google':
      return 'https://accounts.google.com';
    case 'github':
      return `https://${provider.host}`;
    // Auth0 signs its issuer with a slash at the end.
    case 'auth0':
      return `https://${provider.domain}/`;
    case 'okta':
      return provider.authorizationServer === 'org'
        ? `https://${provider.domain}`
        : `https://${provider.domain}/oauth2/${provider.authorizationServer}`;
    case 'entra':
      return `https://login.microsoftonline.com/${provider.tenant}/v2.0`;
    case 'clerk':
      return `https://${provider.domain}`;
    case 'cognito':
      return (
        provider.userPoolId &&
        `https://cognito-idp.${provider.userPoolId.split('_')[0]}.amazonaws.com/${provider.userPoolId}`
      );
  }
};

const NAMES = { google: 'Google', github: 'GitHub', entra: 'Microsoft' } as const;

/**
 * The issuer of a provider. GitHub has none, so its host stands in. Undefined for a user pool that the stack creates,
 * whose issuer is known only at deployment.
 */
export const issuerOf = (provider: IdentityProviderConfiguration): string | undefined =>
  provider.issuer ?? ownIssuer(provider);

/** The text on the provider's button. */
export const displayNameOf = (provider: IdentityProviderConfiguration): string =>
  provider.displayName ?? Object.entries(NAMES).find(([kind]) => kind === provider.kind)?.[1] ?? hostOf(provider);

const hostOf = (provider: IdentityProviderConfiguration): string =>
  URL.parse(issuerOf(provider) ?? '')?.host ?? 'Amazon Cognito';

const DEFAULT_SCOPES = 'openid email profile';

/** The scopes to request from a provider; undefined if they are the default, which saves room in the environment. */
export const upstreamScopesOf = (configuration: Configuration, id: string): string[] | undefined => {
  const provider = configuration.identityProviders[id];
  if (!provider || provider.scopes.join(' ') === DEFAULT_SCOPES) return undefined;
  const needsMembership =
    provider.kind === 'github' &&
    conditionsFor(configuration, id).some((each) => each.githubOrganizations.length + each.githubTeams.length > 0);
  return [...new Set([...provider.scopes, ...(needsMembership ? ['read:org'] : [])])];
};

/** Every condition that applies to users of a provider. */
const conditionsFor = ({ identityProviders, access, scopes }: Configuration, id: string): AccessConditions[] => {
  const rules = identityProviders[id]?.access ?? access;
  return [rules, ...Object.values(scopes).map(({ grantedTo }) => grantedTo)].filter(
    (each): each is AccessConditions => each !== undefined && each !== 'everyone',
  );
};

/** Identity provider id → kind. */
export const identityProviderKinds = ({ identityProviders }: Configuration): Record<string, IdentityProviderKind> =>
  Object.fromEntries(Object.entries(identityProviders).map(([id, { kind }]) => [id, kind]));

/** The access rules as a setting of the functions. */
export const accessPolicy = ({ access, identityProviders, scopes }: Configuration): AccessPolicy => ({
  ...(access === undefined ? {} : { rules: nonEmptyRules(access) }),
  providers: Object.fromEntries(
    Object.entries(identityProviders).flatMap(([id, { access: own }]) =>
      own === undefined ? [] : [[id, nonEmptyRules(own)] as const],
    ),
  ),
  ...(Object.values(scopes).some(({ grantedTo }) => grantedTo) ? { scopes: scopeConditions(scopes) } : {}),
});

/** A user who is granted a scope also gets the scopes it implies, so the conditions of all of them must hold. */
const scopeConditions = (scopes: Configuration['scopes']): Record<string, RuntimeConditions[]> =>
  Object.fromEntries(
    Object.keys(scopes).flatMap((name) => {
      const reached = new Set([name]);
      // Iterating a Set also visits the members that are added meanwhile.
      for (const each of reached) for (const implied of scopes[each]?.implies ?? []) reached.add(implied);
      const conditions = [...reached].flatMap((each) => {
        const grantedTo = scopes[each]?.grantedTo;
        return grantedTo === undefined ? [] : [nonEmptyConditions(grantedTo)];
      });
      return conditions.length === 0 ? [] : [[name, conditions] as const];
    }),
  );

const nonEmptyRules = (rules: AccessRules): RuntimeRules => (rules === 'everyone' ? rules : nonEmptyConditions(rules));

/** Leaves out conditions without values, which take room in the environment. */
const nonEmptyConditions = (conditions: AccessConditions): RuntimeConditions =>
  Object.fromEntries(Object.entries(conditions).filter(([, values]) => Object.keys(values).length > 0));

/** Conditions that only users of one kind of provider can meet. */
const KIND_OF_CONDITION = {
  githubOrganizations: 'github',
  githubTeams: 'github',
  entraTenants: 'entra',
} as const;

/** Returns the access rules that no user could meet, and where a rule is missing. */
export const checkIdentityProviderRules = ({ identityProviders, access }: Configuration): string[] => {
  const entries = Object.entries(identityProviders);
  const isUndecided = entries.every(([, provider]) => provider.access === undefined) && access === undefined;
  return [
    ...(isUndecided ? [`access: expected ${ACCESS}, got nothing`] : []),
    ...entries.flatMap(([id, provider]) => [
      ...checkIssuer(id, provider),
      ...checkScopes(id, provider),
      ...checkOwnAccess(id, provider),
      ...(!isUndecided && provider.access === undefined && access === undefined
        ? [
            `identityProviders.${id}.access: expected ${ACCESS}, because there is no "access" for all providers, got nothing`,
          ]
        : []),
    ]),
  ];
};

const checkIssuer = (id: string, provider: IdentityProviderConfiguration): string[] => {
  const { issuer } = provider;
  if (provider.kind === 'oidc' || issuer === undefined) return [];
  const isLocal = issuer.startsWith('http://');
  const own = ownIssuer(provider);
  if (isLocal || issuer === own) return [];
  const allowed = own === undefined ? 'or the "userPoolId" of an existing pool' : `or "${own}"`;
  return [
    `identityProviders.${id}.issuer: expected none with this kind, ${allowed} ` +
      `(http://localhost only in the local run), got "${issuer}"`,
  ];
};

/** The scopes of every user pool. Another scope would need a resource server in the pool. */
const USER_POOL_SCOPES = ['openid', 'email', 'profile', 'phone', 'aws.cognito.signin.user.admin'];

const checkScopes = (id: string, provider: IdentityProviderConfiguration): string[] =>
  provider.scopes
    .filter((scope) => isMadeByStack(provider) && !USER_POOL_SCOPES.includes(scope))
    .map(
      (scope) =>
        `identityProviders.${id}.scopes: expected scopes of a user pool (${USER_POOL_SCOPES.join(', ')}), got "${scope}"`,
    );

const checkOwnAccess = (id: string, { kind, access }: IdentityProviderConfiguration): string[] => {
  if (access === undefined || access === 'everyone') return [];
  return Object.entries(KIND_OF_CONDITION)
    .filter(([name, needed]) => needed !== kind && Object.keys(access[name as keyof typeof access] ?? {}).length > 0)
    .map(
      ([name, needed]) =>
        `identityProviders.${id}.access.${name}: expected only with the kind "${needed}", whose users alone can meet it, got "${kind}"`,
    );
};
