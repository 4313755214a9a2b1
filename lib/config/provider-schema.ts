import * as z from 'zod';
import type { AccessConditions as RuntimeAccessConditions } from '../../lambdas/core/authorization/access-rules.ts';
import {
  IDENTITY_PROVIDER_KINDS,
  type IdentityProviderKind,
  TOKEN_ENDPOINT_AUTHENTICATIONS,
} from '../../lambdas/core/upstream/provider-kinds.ts';
import { anyOf, documented, keyed, list, matching, oneOf, serviceUrl, shortName, text, yesOrNo } from './fields.ts';

// Who may log in, and at which identity providers.

const tenantId = matching(
  'a tenant id in lower case, such as "72f988bf-86f1-41af-91ab-2d7cd011db47"',
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
);

export const ACCESS = '"everyone", or {"emails": ["…"], "emailDomains": ["…"], "claims": {…}, …}';

/** Conditions of an access rule. A user who meets one of them meets the rule. */
export const AccessConditions = z
  .strictObject({
    emails: documented(
      list('a list of e-mail addresses', matching('an e-mail address', /^[^\s@]+@[^\s@]+$/)).default([]),
      'verified e-mail addresses',
    ),
    emailDomains: documented(
      list('a list of domains', matching('a domain, such as "example.com"', /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i)).default(
        [],
      ),
      'domains of verified addresses; at Google, of the Workspace',
    ),
    claims: documented(
      keyed(
        'an object: claim → list of values',
        text(
          'the name of a claim, or a JSON Pointer to it such as "/realm_access/roles" (at most 128 characters)',
          (value) => value.length <= 128 && !(value.startsWith('/') && /~(?![01])/.test(value)),
        ),
        list('a list of values', text('a value')).min(1, { error: 'at least one value' }),
      ).default({}),
      'claim, by name or JSON Pointer → values, one of which is enough',
    ),
    githubOrganizations: documented(
      list(
        'a list of organizations',
        matching('the name of a GitHub organization, such as "example"', /^[A-Za-z0-9-]{1,39}$/),
      ).default([]),
      'members of these GitHub organizations',
    ),
    githubTeams: documented(
      list(
        'a list of teams',
        matching(
          'a GitHub team with its organization, such as "example/admins"',
          /^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9_-]+$/,
        ),
      ).default([]),
      'members of these GitHub teams: `organization/team`',
    ),
    entraTenants: documented(list('a list of tenant ids', tenantId).default([]), 'users of these Entra tenants'),
  } satisfies Record<keyof RuntimeAccessConditions, z.ZodType>)
  .refine((conditions) => Object.values(conditions).some((each) => Object.keys(each).length > 0), {
    error: `${ACCESS} with at least one entry`,
  });

export const Access = z.union([z.literal('everyone'), AccessConditions], { error: ACCESS });

const domain = (example: string) =>
  matching(`a host name without https://, such as "${example}"`, /^[a-z0-9-]+(\.[a-z0-9-]+)+$/);

const DOMAIN = 'host name of the tenant or instance';

const upstreamScopes = list(
  'a list of scopes',
  text('a scope', (value) => /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(value)),
);

const SCOPES = 'scopes to request';

/** Keys of every kind. */
const common = {
  displayName: documented(shortName().optional(), {
    description: 'text on its button',
    unset: 'name of the provider or its host',
  }),
  access: documented(Access.optional(), {
    description: 'who may log in with this provider',
    unset: 'the `access` for all',
  }),
  recheck: documented(yesOrNo().default(false), {
    description: 'keep asking the provider about connected users',
    more: 'docs/providers/README.md',
  }),
  keepTokens: documented(yesOrNo().default(false), {
    description: "keep the provider's tokens, encrypted, for servers that exchange them",
    more: 'docs/configured-clients.md',
  }),
  issuer: documented(serviceUrl.optional(), {
    description: 'issuer identifier, exactly as in the discovery document; other kinds: local run only',
    unset: 'by kind',
  }),
  tokenEndpointAuthentication: documented(oneOf(TOKEN_ENDPOINT_AUTHENTICATIONS).optional(), {
    description: 'how Gatehouse sends its secret: `"client_secret_post"` or `"client_secret_basic"`',
    unset: 'Basic, then the body if both are listed; `github`: the body',
  }),
  scopes: documented(
    upstreamScopes
      .refine((scopes) => scopes.includes('openid'), { error: 'a list that contains "openid"' })
      .default(['openid', 'email', 'profile']),
    SCOPES,
  ),
};

/** Kind → schema. OpenID Connect Discovery §4.3 compares issuers exactly. */
const KINDS = {
  oidc: z.strictObject({
    ...common,
    kind: z.literal('oidc'),
    issuer: documented(serviceUrl, {
      description: 'issuer identifier, exactly as in the discovery document; other kinds: local run only',
    }),
  }),
  google: z.strictObject({ ...common, kind: z.literal('google') }),
  github: z.strictObject({
    ...common,
    kind: z.literal('github'),
    host: documented(domain('github.example.com').default('github.com'), 'host of GitHub Enterprise'),
    scopes: documented(upstreamScopes.default(['read:user', 'user:email']), SCOPES),
  }),
  auth0: z.strictObject({
    ...common,
    kind: z.literal('auth0'),
    domain: documented(domain('example.eu.auth0.com'), DOMAIN),
  }),
  okta: z.strictObject({
    ...common,
    kind: z.literal('okta'),
    domain: documented(domain('example.okta.com'), DOMAIN),
    authorizationServer: documented(
      matching(
        'the id of an authorization server, or "org" for the one of the organization',
        /^[A-Za-z0-9]{1,64}$/,
      ).default('default'),
      'id of the authorization server, or `"org"`',
    ),
  }),
  entra: z.strictObject({
    ...common,
    kind: z.literal('entra'),
    tenant: documented(
      text(
        'a tenant id in lower case, such as "72f988bf-86f1-41af-91ab-2d7cd011db47", or "organizations" or "common" for many',
        (value) => value === 'common' || value === 'organizations' || tenantId.safeParse(value).success,
      ),
      'tenant id, `"organizations"` or `"common"`',
    ),
  }),
  clerk: z.strictObject({
    ...common,
    kind: z.literal('clerk'),
    domain: documented(domain('clerk.example.com'), DOMAIN),
  }),
  cognito: z.strictObject({
    ...common,
    kind: z.literal('cognito'),
    userPoolId: documented(
      matching(
        'the id of a user pool, such as "eu-central-1_AbCdEfGhI", or nothing to let the stack create one',
        /^[a-z]{2}(-[a-z]+)+-\d_\w+$/,
      ).optional(),
      { description: 'id of the user pool', unset: 'the stack creates one' },
    ),
  }),
} satisfies Record<IdentityProviderKind, z.ZodType>;

type KindSchema = (typeof KINDS)[IdentityProviderKind];

export const IdentityProvider = z.discriminatedUnion('kind', Object.values(KINDS) as [KindSchema, ...KindSchema[]], {
  error: `an identity provider of the kind ${anyOf(IDENTITY_PROVIDER_KINDS)}`,
});
