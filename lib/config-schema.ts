import * as z from 'zod';

// Every message below completes the sentence "expected …".

const text = (expected: string, accepts: (value: string) => boolean = () => true) =>
  z.string({ error: expected }).refine((value) => value.length > 0 && accepts(value), { error: expected });

const matching = (expected: string, pattern: RegExp) => text(expected, (value) => pattern.test(value));

const list = <S extends z.ZodType>(expected: string, item: S) => z.array(item, { error: expected });

const keyed = <K extends z.ZodType<string, string>, V extends z.ZodType>(expected: string, key: K, value: V) =>
  z.record(key, value, { error: expected });

const number = (expected: string, accepts: (value: number) => boolean) =>
  z.number({ error: expected }).refine(accepts, { error: expected });

const seconds = (minimum: number, maximum: number) =>
  number(
    `a whole number of seconds from ${minimum} to ${maximum}`,
    (value) => Number.isInteger(value) && value >= minimum && value <= maximum,
  );

const days = (maximum: number) =>
  number(`a number of days above 0 and up to ${maximum}`, (value) => value > 0 && value <= maximum);

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A plain https URL; http only on this machine, which is what the local run needs. */
const isServiceUrl = (value: string): boolean => {
  if (!URL.canParse(value) || /[?#{}\s]/.test(value)) return false;
  const url = new URL(value);
  if (url.username || url.password) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname));
};

const serviceUrl = text(
  'an absolute https:// URL without query, fragment or user (http:// only for localhost)',
  isServiceUrl,
);

/** Scope token of RFC 6749 §3.3, narrowed to what needs no escaping in a challenge or on a page. */
const scopeName = matching(
  'a scope name of letters, digits and . _ : / - (at most 64 characters)',
  /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/,
);

const serverPath = matching(
  'a path of one or two plain segments, such as "/mcp" or "/tools/mcp"',
  /^(\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){1,2}$/,
);

const identityProviderId = matching(
  'an id of lower-case letters, digits and -, starting with a letter',
  /^[a-z][a-z0-9-]{0,31}$/,
);

const Backend = z.discriminatedUnion(
  'kind',
  [z.strictObject({ kind: z.literal('example') }), z.strictObject({ kind: z.literal('http'), url: serviceUrl })],
  { error: 'a backend: {"kind": "example"} or {"kind": "http", "url": "https://…"}' },
);

const Server = z.strictObject(
  {
    /** Where authorized requests go. */
    backend: Backend,
    scopes: z.strictObject(
      { required: list('a list of scope names', scopeName).min(1, { error: 'at least one scope name' }) },
      { error: '{"required": ["…"]}' },
    ),
    /** What the backend wants to know of the person; each adds the scope of the same name to the required ones. */
    identity: list(
      'a list of "email" and "profile"',
      z.enum(['email', 'profile'], { error: '"email" or "profile"' }),
    ).default([]),
  },
  { error: 'an object with "backend" and "scopes"' },
);

const Scope = z.strictObject(
  {
    /** Words for the consent page. */
    description: text('a sentence for the consent page (at most 200 characters)', (value) => value.length <= 200),
    /** Scopes that a token with this one holds as well. */
    implies: list('a list of scope names', scopeName).default([]),
  },
  { error: 'an object with "description"' },
);

const IdentityProvider = z.strictObject(
  {
    kind: z.literal('oidc', { error: '"oidc"' }),
    /** Issuer identifier, byte for byte as the provider's discovery document has it (OpenID Connect Discovery §4.3). */
    issuer: serviceUrl,
    /** Name on the button of the consent page; by default the issuer's host. */
    displayName: text('a name of at most 60 characters', (value) => value.length <= 60).optional(),
    scopes: list(
      'a list of scopes',
      text('a scope', (value) => /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(value)),
    )
      .refine((scopes) => scopes.includes('openid'), { error: 'a list that contains "openid"' })
      .default(['openid', 'email', 'profile']),
  },
  { error: 'an object with "kind" and "issuer"' },
);

const ACCESS = '"everyone", or {"emails": ["…"], "emailDomains": ["…"]}';

const Access = z.union(
  [
    z.literal('everyone'),
    z
      .strictObject({
        emails: list('a list of e-mail addresses', matching('an e-mail address', /^[^\s@]+@[^\s@]+$/)).default([]),
        emailDomains: list(
          'a list of domains',
          matching('a domain, such as "example.com"', /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i),
        ).default([]),
      })
      .refine(({ emails, emailDomains }) => emails.length + emailDomains.length > 0, {
        error: `${ACCESS} with at least one entry`,
      }),
  ],
  { error: ACCESS },
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
  },
  { error: 'an object of lifetimes' },
);

/** Built from the keys that the README describes; unknown keys are refused. */
export const ConfigurationSchema = z.strictObject(
  {
    servers: keyed('an object: path → MCP server', serverPath, Server),
    scopes: keyed('an object: scope name → {"description": "…"}', scopeName, Scope),
    identityProviders: keyed('an object: id → identity provider', identityProviderId, IdentityProvider),
    /** Who may come in; a decision that everybody has to make, so there is no default. */
    access: Access,
    lifetimes: Lifetimes.prefault({}),
    /**
     * API Gateway writes access logs only where the account names a role for it (one setting per account and region),
     * and refuses the deployment where there is none. `create` makes the role and sets it; `existing` leaves the
     * setting alone, for accounts that look after it themselves.
     */
    apiGatewayLogRole: z.enum(['existing', 'create'], { error: '"existing" or "create"' }).default('create'),
  },
  { error: 'an object with "servers", "scopes", "identityProviders" and "access"' },
);
