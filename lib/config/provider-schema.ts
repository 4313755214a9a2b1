import * as z from 'zod';
import { keyed, list, matching, serviceUrl, text } from './fields.ts';

// Who may come in, and by which identity providers. Every message completes the sentence "expected …".

const tenantId = matching(
  'a tenant id in lower case, such as "72f988bf-86f1-41af-91ab-2d7cd011db47"',
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
);

export const ACCESS = '"everyone", or {"emails": ["…"], "emailDomains": ["…"], "claims": {…}, …}';

/** Conditions of which one is enough. */
export const AccessConditions = z
  .strictObject({
    emails: list('a list of e-mail addresses', matching('an e-mail address', /^[^\s@]+@[^\s@]+$/)).default([]),
    /** At Google the domain of the Workspace that the account belongs to, elsewhere that of the verified address. */
    emailDomains: list(
      'a list of domains',
      matching('a domain, such as "example.com"', /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i),
    ).default([]),
    /** Claim → values of which one is enough. */
    claims: keyed(
      'an object: claim → list of values',
      text('the name of a claim (at most 128 characters)', (value) => value.length <= 128),
      list('a list of values', text('a value')).min(1, { error: 'at least one value' }),
    ).default({}),
    githubOrganizations: list(
      'a list of organizations',
      matching('the name of a GitHub organization, such as "example"', /^[A-Za-z0-9-]{1,39}$/),
    ).default([]),
    githubTeams: list(
      'a list of teams',
      matching('a GitHub team with its organization, such as "example/admins"', /^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9_-]+$/),
    ).default([]),
    entraTenants: list('a list of tenant ids', tenantId).default([]),
  })
  .refine((conditions) => Object.values(conditions).some((each) => Object.keys(each).length > 0), {
    error: `${ACCESS} with at least one entry`,
  });

export const Access = z.union([z.literal('everyone'), AccessConditions], { error: ACCESS });

const domain = (example: string) =>
  matching(`a host name without https://, such as "${example}"`, /^[a-z0-9-]+(\.[a-z0-9-]+)+$/);

const upstreamScopes = list(
  'a list of scopes',
  text('a scope', (value) => /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(value)),
);

/** What every kind may have. */
const common = {
  /** Name on the button of the consent page; by default the provider's own, or the issuer's host. */
  displayName: text('a name of at most 60 characters', (value) => value.length <= 60).optional(),
  /** Who may come in by this provider, in place of the rules for all. */
  access: Access.optional(),
  /** Ask the provider again about everybody who is connected, so that whoever is removed there is out here too. */
  recheck: z.boolean({ error: 'true or false' }).default(false),
  /** Keep what the provider hands out at a login, for a server's own resource client (RFC 8693). */
  keepTokens: z.boolean({ error: 'true or false' }).default(false),
  /** In the local run an issuer on this machine, in place of the kind's own. */
  issuer: serviceUrl.optional(),
  scopes: upstreamScopes
    .refine((scopes) => scopes.includes('openid'), { error: 'a list that contains "openid"' })
    .default(['openid', 'email', 'profile']),
};

export const IdentityProvider = z.discriminatedUnion(
  'kind',
  [
    /** Issuer identifier, byte for byte as the provider's discovery document has it (OpenID Connect Discovery §4.3). */
    z.strictObject({ ...common, kind: z.literal('oidc'), issuer: serviceUrl }),
    z.strictObject({ ...common, kind: z.literal('google') }),
    z.strictObject({
      ...common,
      kind: z.literal('github'),
      /** Of an Enterprise server, or one with data residency. */
      host: domain('github.example.com').default('github.com'),
      scopes: upstreamScopes.default(['read:user', 'user:email']),
    }),
    z.strictObject({ ...common, kind: z.literal('auth0'), domain: domain('example.eu.auth0.com') }),
    z.strictObject({
      ...common,
      kind: z.literal('okta'),
      domain: domain('example.okta.com'),
      authorizationServer: matching(
        'the id of an authorization server, or "org" for that of the organization',
        /^[A-Za-z0-9]{1,64}$/,
      ).default('default'),
    }),
    z.strictObject({
      ...common,
      kind: z.literal('entra'),
      tenant: text(
        'a tenant id in lower case, such as "72f988bf-86f1-41af-91ab-2d7cd011db47", or "organizations" or "common" for many',
        (value) => value === 'common' || value === 'organizations' || tenantId.safeParse(value).success,
      ),
    }),
    z.strictObject({ ...common, kind: z.literal('clerk'), domain: domain('clerk.example.com') }),
    z.strictObject({
      ...common,
      kind: z.literal('cognito'),
      /** Left out: the stack makes a pool of its own. */
      userPoolId: matching(
        'the id of a user pool, such as "eu-central-1_AbCdEfGhI", or nothing for one that the stack makes',
        /^[a-z]{2}(-[a-z]+)+-\d_\w+$/,
      ).optional(),
    }),
  ],
  {
    error:
      'an identity provider of the kind "oidc", "google", "github", "auth0", "okta", "entra", "clerk" or "cognito"',
  },
);
