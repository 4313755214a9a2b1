import * as z from 'zod';
import { canBeCredential } from '../../lambdas/core/mcp/backend-headers.ts';
import type { ToolRules } from '../../lambdas/core/mcp/tool-scopes.ts';
import {
  documented,
  keyed,
  list,
  matching,
  oneOf,
  scopeName,
  serviceUrl,
  shortName,
  text,
  wholeNumber,
  yesOrNo,
} from './fields.ts';

const MAX_CREDENTIAL_HEADERS = 5;

/** An alias or a version may follow. Without one, Lambda uses `$LATEST`. */
const functionArn = documented(
  matching(
    'the ARN of a Lambda function, such as "arn:aws:lambda:eu-central-1:123456789012:function:my-mcp-server"',
    /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?$/,
  ),
  "ARN of a Lambda function in the stack's region",
);

const validatesHeaders = documented(
  yesOrNo().default(false),
  'the server refuses headers that contradict the body, so it needs no inspector',
);

const credentialHeaders = keyed(
  'an object such as {"authorization": "secret"}',
  text('the name of a header in lower case that belongs neither to the connection nor to MCP', canBeCredential),
  oneOf(['secret']),
)
  .refine((headers) => Object.keys(headers).length <= MAX_CREDENTIAL_HEADERS, {
    error: `at most ${MAX_CREDENTIAL_HEADERS} headers`,
  })
  .default({});

const Backend = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('example') }),
    z.strictObject({
      kind: z.literal('http'),
      url: documented(serviceUrl, 'URL that requests are forwarded to'),
      headers: documented(credentialHeaders, {
        description: 'header → `"secret"`: credentials by which the server knows Gatehouse; adds an inspector',
        more: 'docs/your-server.md#a-credential-towards-your-server',
      }),
      validatesHeaders,
    }),
    z.strictObject({
      kind: z.literal('lambda'),
      functionArn,
      streaming: documented(yesOrNo().default(true), {
        description: '`false` for a function that returns its response in one piece, at most 6 MB within 29 seconds',
        more: 'docs/your-server.md#lambda-functions',
      }),
      validatesHeaders,
    }),
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

/** An escape of a letter, digit, hyphen, period, underscore or tilde means the same without it (RFC 3986 §6.2.2.2). */
const NEEDLESS_ESCAPE = /%(2[DE]|3\d|[46][1-9A-F]|5[0-9AF]|7[0-9AE])/i;

/** URIs are compared in normal form, so a pattern in another form would protect less than it seems to. */
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
    required: documented(
      list('a list of scope names', scopeName).min(1, { error: 'at least one scope name' }),
      'scopes that every request needs',
    ),
    ...({
      tools: documented(scopesByPattern(text(NAME_PATTERN, isPattern)), {
        description: 'tool → more scopes it needs; `*` stands for any text',
        more: 'docs/your-server.md',
      }),
      resources: documented(scopesByPattern(text(RESOURCE_PATTERN, isResourcePattern)), 'the same, by resource URI'),
      prompts: documented(scopesByPattern(text(NAME_PATTERN, isPattern)), 'the same, by prompt'),
    } satisfies Record<keyof ToolRules, z.ZodType>),
    challengeScopes: documented(
      oneOf(['required', 'all']).default('required'),
      '`"all"` requests the scopes of every rule at once',
    ),
  },
  { error: '{"required": ["…"]}' },
);

const RateLimit = z.strictObject(
  {
    requestsPerMinute: documented(wholeNumber(1, 100_000), {
      description: 'for each user and client; adds an inspector',
      unset: 'no limit',
    }),
  },
  { error: '{"requestsPerMinute": 120}' },
);

/** The function at the edge that compares the origins of all servers may have 10 KB. */
const MAX_ORIGIN_CHARACTERS = 3_000;

/** An origin as browsers send it (RFC 6454 §6.2): lower case, and no default port. */
const isOrigin = (value: string): boolean => {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._:[\]-]+$/.test(value) || value.length > 100) return false;
  return !/^https?:/.test(value) || URL.parse(value)?.origin === value;
};

const allowedOrigins = list(
  'a list of origins',
  text('an origin as browsers send it, such as "https://app.example.com" (at most 100 characters)', isOrigin),
)
  .min(1, { error: 'at least one origin' })
  .optional();

/** One MCP server: where its requests go, and what they need. */
export const Server = z.strictObject(
  {
    // `resource_name` of RFC 9728 §2.
    name: documented(shortName().optional(), 'name that clients may show'),
    backend: Backend,
    scopes: ServerScopes,
    identity: documented(
      list('a list of "email" and "profile"', oneOf(['email', 'profile'])).default([]),
      '`"email"`, `"profile"`: user data for the server; each becomes a required scope',
    ),
    allowedOrigins: documented(allowedOrigins, {
      description: 'origins of web pages that may call the server; requests without `Origin` always pass',
      unset: 'any',
    }),
    rateLimit: RateLimit.optional(),
    // RFC 7662 and RFC 8693.
    resourceClient: documented(yesOrNo().default(false), {
      description: 'create credentials for introspection and token exchange',
      more: 'docs/configured-clients.md#introspection-by-your-server',
    }),
  },
  { error: 'an object with "backend" and "scopes"' },
);

/** Returns the problem of too many allowed origins. */
export const checkAllowedOrigins = (servers: Readonly<Record<string, z.output<typeof Server>>>): string[] => {
  const all = Object.values(servers).flatMap(({ allowedOrigins: origins = [] }) => origins);
  const characters = all.join('').length;
  if (characters <= MAX_ORIGIN_CHARACTERS) return [];
  return [
    `servers: expected "allowedOrigins" of at most ${MAX_ORIGIN_CHARACTERS} characters in all, got ${characters}`,
  ];
};
