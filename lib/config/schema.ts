import * as z from 'zod';
import { ConfiguredClient, clientId } from './client-schema.ts';
import {
  days,
  keyed,
  list,
  localizedText,
  matching,
  scopeName,
  seconds,
  serviceUrl,
  text,
  wholeNumber,
} from './fields.ts';
import { Monitoring } from './monitoring-schema.ts';
import { Access, AccessConditions, IdentityProvider } from './provider-schema.ts';
import { Theme } from './theme-schema.ts';

const serverPath = matching(
  'a path of one or two plain segments, such as "/mcp" or "/tools/mcp"',
  /^(\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){1,2}$/,
);

const identityProviderId = matching(
  'an id of lower-case letters, digits and -, starting with a letter',
  /^[a-z][a-z0-9-]{0,31}$/,
);

/** Alias or version may follow; `$LATEST` is what stands without one. */
const functionArn = matching(
  'the ARN of a Lambda function, such as "arn:aws:lambda:eu-central-1:123456789012:function:my-mcp-server"',
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?$/,
);

/** The backend refuses headers that contradict the body, so that no inspector need stand before it. */
const validatesHeaders = z.boolean({ error: 'true or false' }).default(false);

const Backend = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('example') }),
    z.strictObject({ kind: z.literal('http'), url: serviceUrl, validatesHeaders }),
    z.strictObject({ kind: z.literal('lambda'), functionArn, validatesHeaders }),
  ],
  {
    error:
      'a backend: {"kind": "example"}, {"kind": "http", "url": "https://…"} or {"kind": "lambda", "functionArn": "arn:…"}',
  },
);

const MAX_PATTERN_CHARACTERS = 256;

const NAME_PATTERN = 'a name in which * stands for any text (at most 256 characters, none of them a control character)';
const RESOURCE_PATTERN =
  'a resource URI in normal form, in which * stands for any text: lower-case scheme and host, no "..", no needless %';

const isPattern = (value: string): boolean =>
  value.length <= MAX_PATTERN_CHARACTERS && value.isWellFormed() && !/\p{Cc}/u.test(value);

/** Letters, digits, hyphen, period, underscore and tilde are the same with and without (RFC 3986 §6.2.2.2). */
const NEEDLESS_ESCAPE = /%(2[DE]|3\d|[46][1-9A-F]|5[0-9AF]|7[0-9AE])/i;

/** A pattern in another form than the one in which URIs are compared would protect less than it seems to. */
const isResourcePattern = (value: string): boolean => {
  if (!isPattern(value) || NEEDLESS_ESCAPE.test(value)) return false;
  const example = value.replaceAll('*', 'x');
  const normal = URL.parse(example)?.href ?? example;
  return normal === example || normal === `${example}/` || normal === example.replaceAll(' ', '%20');
};

const scopesByPattern = (name: z.ZodType<string, string>) =>
  keyed(
    'an object: pattern → list of scope names',
    name,
    list('a list of scope names', scopeName).min(1, { error: 'at least one scope name' }),
  ).optional();

const ServerScopes = z.strictObject(
  {
    /** What every request needs. */
    required: list('a list of scope names', scopeName).min(1, { error: 'at least one scope name' }),
    /** What single tools, resources and prompts need besides, by patterns of their names or URIs. */
    tools: scopesByPattern(text(NAME_PATTERN, isPattern)),
    resources: scopesByPattern(text(RESOURCE_PATTERN, isResourcePattern)),
    prompts: scopesByPattern(text(NAME_PATTERN, isPattern)),
    /** `all` asks for the scopes of every rule at once: for clients that cannot ask for more later. */
    challengeScopes: z.enum(['required', 'all'], { error: '"required" or "all"' }).default('required'),
  },
  { error: '{"required": ["…"]}' },
);

const RateLimit = z.strictObject(
  { requestsPerMinute: wholeNumber(1, 100_000) },
  { error: '{"requestsPerMinute": 120}' },
);

/** An account must keep 100 executions that nobody reserved, and a new one has fewer than that in all. */
const ReservedConcurrency = z.strictObject(
  { token: wholeNumber(1, 10_000).optional(), authorizer: wholeNumber(1, 10_000).optional() },
  { error: '{"token": 20, "authorizer": 50}' },
);

const Server = z.strictObject(
  {
    /** What clients may call it (`resource_name` of RFC 9728 §2). */
    name: text('a name of at most 60 characters', (value) => value.length <= 60).optional(),
    /** Where authorized requests go. */
    backend: Backend,
    scopes: ServerScopes,
    /** What the backend wants to know of the person; each adds the scope of the same name to the required ones. */
    identity: list(
      'a list of "email" and "profile"',
      z.enum(['email', 'profile'], { error: '"email" or "profile"' }),
    ).default([]),
    /** Of each person with each client; an inspector counts every POST. Left out: no limit. */
    rateLimit: RateLimit.optional(),
    /** Makes credentials with which the backend may ask about the tokens of its own callers (RFC 7662). */
    resourceClient: z.boolean({ error: 'true or false' }).default(false),
  },
  { error: 'an object with "backend" and "scopes"' },
);

const Scope = z.strictObject(
  {
    /** Words for the consent page. */
    description: localizedText('a sentence for the consent page', 200),
    /** Scopes that a token with this one holds as well. */
    implies: list('a list of scope names', scopeName).default([]),
    /** Who may have it, of those who may come in; left out: all of them. */
    grantedTo: AccessConditions.optional(),
  },
  { error: 'an object with "description"' },
);

const hostPattern = matching(
  'a host name in lower case, such as "example.com", or "*.example.com" for every host below it',
  /^(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+$/,
);

const ClientDocuments = z.strictObject(
  {
    /** Off: no new logins of such clients, who then register instead; those that are connected go on. */
    advertise: z.boolean({ error: 'true or false' }).default(true),
    /** Only these hosts may describe clients. Left out: every host in the public internet. */
    allowHosts: list('a list of host names', hostPattern)
      .min(1, { error: 'at least one host name; for none at all set "advertise" to false' })
      .optional(),
    /** Never these, whatever allowHosts says: their clients are cut off at once. */
    blockHosts: list('a list of host names', hostPattern).default([]),
  },
  { error: '{"advertise": true, "allowHosts": ["…"], "blockHosts": ["…"]}' },
);

const Lifetimes = z.strictObject(
  {
    /** From the consent page to the provider's answer. */
    transactionSeconds: seconds(1, 3600).default(600),
    authorizationCodeSeconds: seconds(1, 600).default(60),
    accessTokenSeconds: seconds(1, 86_400).default(3600),
    /** A connection that is not used ends after this. */
    refreshTokenIdleDays: days(365).default(30),
    /** Every connection ends after this. */
    refreshTokenAbsoluteDays: days(730).default(90),
    /** How long the predecessor of a refresh token still gets the same successor. */
    refreshGraceSeconds: seconds(0, 600).default(60),
    /** How old the last answer of a provider with `recheck` may be before it is asked again. */
    recheckSeconds: seconds(1, 86_400).default(900),
    /** How long people go on while a provider with `recheck` does not vouch for them, since it is down or cannot be asked. */
    recheckOutageSeconds: seconds(1, 2_592_000).default(86_400),
    /** Age at which the signing key gets a successor. */
    signingKeyDays: days(365).default(90),
    /**
     * How long a signing key is published before it signs, and after its last token has expired. Longer than any cache
     * of the JWK Set, whosever it is; seconds are for trials.
     */
    signingKeyPublishSeconds: seconds(1, 2_592_000).default(86_400),
  },
  { error: 'an object of lifetimes' },
);

/** Built from the keys that the README describes; unknown keys are refused. */
export const ConfigurationSchema = z.strictObject(
  {
    servers: keyed('an object: path → MCP server', serverPath, Server),
    scopes: keyed('an object: scope name → {"description": "…"}', scopeName, Scope),
    identityProviders: keyed('an object: id → identity provider', identityProviderId, IdentityProvider),
    /** Who may come in, where a provider has no rules of its own; a decision to be made, so there is no default. */
    access: Access.optional(),
    /** Pre-registered clients by client id: those that cannot register themselves, and machines. */
    clients: keyed('an object: client id → {"name": "…", "authentication": "…"}', clientId, ConfiguredClient).default(
      {},
    ),
    /** Clients that name themselves by the URL of a metadata document. */
    clientDocuments: ClientDocuments.prefault({}),
    /** Offers to remember a consent, for clients for which that is safe (decision 25). */
    rememberConsent: z.boolean({ error: 'true or false' }).default(false),
    lifetimes: Lifetimes.prefault({}),
    theme: Theme.prefault({}),
    /** Executions that nothing else can use up; left out: both share in what the account has. */
    reservedConcurrency: ReservedConcurrency.prefault({}),
    /** AWS WAF before all APIs; docs/firewall.md says what is in it and what it costs. */
    firewall: z.boolean({ error: 'true or false' }).default(true),
    monitoring: Monitoring.prefault({}),
    /**
     * API Gateway writes access logs only where the account names a role for it (one setting per account and region),
     * and refuses the deployment where there is none. `create` makes the role and sets it; `existing` leaves the
     * setting alone, for accounts that look after it themselves.
     */
    apiGatewayLogRole: z.enum(['existing', 'create'], { error: '"existing" or "create"' }).default('create'),
  },
  { error: 'an object with "servers", "scopes", "identityProviders" and "access"' },
);

/** What the owner of a deployment decides: the object under `context.gatehouse` of cdk.json, defaults filled in. */
export type Configuration = z.infer<typeof ConfigurationSchema>;
/** The same as one writes it down: whatever has a default may be left out. */
export type ConfigurationInput = z.input<typeof ConfigurationSchema>;
export type ServerConfiguration = Configuration['servers'][string];
export type BackendConfiguration = ServerConfiguration['backend'];
export type IdentityProviderConfiguration = Configuration['identityProviders'][string];
