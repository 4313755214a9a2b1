import * as z from 'zod';
import type { Lifetimes as RuntimeLifetimes } from '../../lambdas/core/settings.ts';
import { DEFAULT_STACK_NAME } from '../names.ts';
import { ConfiguredClient, clientId, Registration } from './client-schema.ts';
import {
  days,
  documented,
  keyed,
  list,
  localizedText,
  matching,
  oneOf,
  scopeName,
  seconds,
  wholeNumber,
  yesOrNo,
} from './fields.ts';
import { Monitoring } from './monitoring-schema.ts';
import { ORGANIZATION } from './organization-schema.ts';
import { Access, AccessConditions, IdentityProvider } from './provider-schema.ts';
import { Server } from './server-schema.ts';
import { Theme } from './theme-schema.ts';
import { WellKnown } from './well-known.ts';

const serverPath = matching(
  'a path of one or two plain segments, such as "/mcp" or "/tools/mcp"',
  /^(\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){1,2}$/,
);

const identityProviderId = matching(
  'an id of lower-case letters, digits and -, starting with a letter',
  /^[a-z][a-z0-9-]{0,31}$/,
);

const reserved = (part: string) => documented(wholeNumber(1, 10_000).optional(), `executions reserved for ${part}`);

const ReservedConcurrency = z.strictObject(
  { token: reserved('`/token`'), authorizer: reserved('the authorizer') },
  { error: '{"token": 20, "authorizer": 50}' },
);

const Scope = z.strictObject(
  {
    description: documented(
      localizedText('a sentence for the consent page', 200),
      'text of the consent page; or an object with `en` and any of `de`, `fr`, `es`',
    ),
    implies: documented(list('a list of scope names', scopeName).default([]), 'scopes that this one includes'),
    grantedTo: documented(AccessConditions.optional(), {
      description: 'who may have it: conditions as in `access`',
      unset: 'every user',
      more: 'docs/providers/README.md#who-may-have-a-scope',
    }),
  },
  { error: 'an object with "description"' },
);

const hostPattern = matching(
  'a host name in lower case, such as "example.com", or "*.example.com" for every host below it',
  /^(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+$/,
);

const ClientDocuments = z.strictObject(
  {
    advertise: documented(
      yesOrNo().default(true),
      '`false` refuses new logins of clients with a metadata document; they register instead',
    ),
    allowHosts: documented(
      list('a list of host names', hostPattern)
        .min(1, { error: 'at least one host name; to allow none, set "advertise" to false' })
        .optional(),
      { description: 'hosts that documents may come from: `example.com`, `*.example.com`', unset: 'every public host' },
    ),
    blockHosts: documented(
      list('a list of host names', hostPattern).default([]),
      'hosts whose clients are cut off at once',
    ),
  },
  { error: '{"advertise": true, "allowHosts": ["…"], "blockHosts": ["…"]}' },
);

const Lifetimes = z.strictObject(
  {
    transactionSeconds: documented(
      seconds(1, 3600).default(600),
      "time for a login, from the consent page to the provider's response",
    ),
    authorizationCodeSeconds: documented(seconds(1, 600).default(60), 'validity of an authorization code'),
    accessTokenSeconds: documented(seconds(1, 86_400).default(3600), 'validity of an access token'),
    refreshTokenIdleDays: documented(days(365).default(30), 'an unused connection ends after this'),
    refreshTokenAbsoluteDays: documented(days(730).default(90), 'every connection ends after this'),
    refreshGraceSeconds: documented(
      seconds(0, 86_400).default(1800),
      "time in which a public client's used refresh token returns its successor again",
    ),
    recheckSeconds: documented(
      seconds(1, 86_400).default(900),
      "maximum age of the provider's last answer about a user (`recheck`)",
    ),
    recheckOutageSeconds: documented(
      seconds(1, 2_592_000).default(86_400),
      'time that users stay connected while that provider is down',
    ),
    signingKeyDays: documented(days(365).default(90), 'age at which the signing key is rotated'),
    // Longer than any cache keeps the JWK Set. A few seconds are for trials only.
    signingKeyPublishSeconds: documented(
      seconds(1, 2_592_000).default(86_400),
      'time that a key is published before it signs, and after its last token expires',
    ),
  } satisfies Record<keyof RuntimeLifetimes, z.ZodType>,
  { error: 'an object of lifetimes' },
);

/** The whole configuration. Unknown keys are refused. */
export const ConfigurationSchema = z.strictObject(
  {
    servers: keyed('an object: path → MCP server', serverPath, Server),
    scopes: keyed('an object: scope name → {"description": "…"}', scopeName, Scope),
    identityProviders: keyed('an object: id → identity provider', identityProviderId, IdentityProvider),
    // The operator must decide who may log in, so there is no default.
    access: Access.optional(),
    clients: keyed('an object: client id → {"name": "…", "authentication": "…"}', clientId, ConfiguredClient).default(
      {},
    ),
    clientDocuments: ClientDocuments.prefault({}),
    registration: Registration.prefault({}),
    lifetimes: Lifetimes.prefault({}),
    theme: Theme.prefault({}),
    rememberConsent: documented(yesOrNo().default(false), {
      description: 'let users skip a consent they gave before, in the same browser',
      more: 'docs/decisions/login/25-remembered-consent.md',
    }),
    firewall: documented(yesOrNo().default(true), {
      description: 'AWS WAF in front of all APIs',
      more: 'docs/firewall.md',
    }),
    restoreChallenges: documented(yesOrNo().default(false), {
      description:
        'a function at the edge lets every `WWW-Authenticate` arrive, so that older clients ask for more scope',
      more: 'docs/deployment.md#challenges-at-the-edge',
    }),
    wellKnown: WellKnown,
    monitoring: Monitoring.prefault({}),
    reservedConcurrency: ReservedConcurrency.prefault({}),
    stackName: documented(
      matching(
        'a stack name of at most 40 letters, digits and -, such as "Gatehouse-test"',
        /^[A-Za-z][A-Za-z0-9-]{0,39}$/,
      ).default(DEFAULT_STACK_NAME),
      'name of the stack, one for each deployment of the account and region; another name is a new deployment',
    ),
    terminationProtection: documented(
      yesOrNo().default(true),
      '`false` lets `cdk destroy` delete the issuer, and with it every connector, once it is deployed',
    ),
    ...ORGANIZATION,
    // API Gateway refuses a deployment with access logs in an account without such a role. It is one setting for the
    // account and region.
    apiGatewayLogRole: documented(
      oneOf(['existing', 'create']).default('create'),
      '`"existing"` if your account already has a role for the logs of API Gateway',
    ),
  },
  { error: 'an object with "servers", "scopes", "identityProviders" and "access"' },
);

/** The object of gatehouse.json, or under `context.gatehouse` of cdk.json, with its defaults filled in. */
export type Configuration = z.infer<typeof ConfigurationSchema>;
/** The same as it is written: keys with a default are optional. */
export type ConfigurationInput = z.input<typeof ConfigurationSchema>;
export type ServerConfiguration = Configuration['servers'][string];
export type BackendConfiguration = ServerConfiguration['backend'];
export type IdentityProviderConfiguration = Configuration['identityProviders'][string];
