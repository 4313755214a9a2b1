import * as z from 'zod/mini';
import { AccessPolicy } from './authorization/access-rules.ts';
import { ScopeDefinitions } from './authorization/scopes.ts';
import { GRANT_TYPES, TOKEN_ENDPOINT_AUTH_METHODS } from './clients/client.ts';
import { DocumentPolicy } from './clients/document-policy.ts';
import { RegistrationPolicy } from './clients/registration-policy.ts';
import type { Immutable } from './immutable.ts';
import { ToolRules } from './mcp/tool-scopes.ts';
import { Theme } from './theme.ts';
import { IDENTITY_PROVIDER_KINDS, TOKEN_ENDPOINT_AUTHENTICATIONS } from './upstream/provider-kinds.ts';

/**
 * One setting of a function: the environment variable that carries it, and how its text becomes a value. The stack
 * writes settings with `EndpointFunction.set`, and the functions read them with `read`; both check the same type.
 */
export interface Setting<T> {
  readonly variable: `GATEHOUSE_${string}`;
  /** The schema of a JSON value. Undefined for plain text. */
  readonly schema?: z.ZodMiniType<T>;
}

// Both are pure, which lets the bundler drop the settings that a function does not read.

// @__NO_SIDE_EFFECTS__
const text = (variable: Setting<string>['variable']): Setting<string> => ({ variable });

// @__NO_SIDE_EFFECTS__
const json = <S extends z.ZodMiniType>(
  variable: Setting<unknown>['variable'],
  schema: S,
): Setting<Immutable<z.infer<S>>> => ({ variable, schema: schema as z.ZodMiniType<Immutable<z.infer<S>>> });

/** The origin that serves every endpoint: no path, no trailing slash, never read from a request. */
export const issuer = text('GATEHOUSE_ISSUER');

/** MCP servers by path. A server's resource identifier is the issuer followed by this path. */
const Servers = z.record(
  z.string(),
  z.object({
    /** `resource_name` of RFC 9728 §2. */
    name: z.optional(z.string()),
    /** The scopes that every request needs. */
    requiredScopes: z.array(z.string()),
    /** For the authorizer: the scopes that single operations need in addition. */
    rules: z.optional(ToolRules),
    /** For the authorizer: the backend itself refuses headers that contradict the body. */
    validatesHeaders: z.optional(z.boolean()),
  }),
);
export type Servers = Immutable<z.infer<typeof Servers>>;
export const servers = json('GATEHOUSE_SERVERS', Servers);

export const scopes = json('GATEHOUSE_SCOPES', ScopeDefinitions);

export const theme = json('GATEHOUSE_THEME', Theme);

const IdentityProviderKind = z.enum(IDENTITY_PROVIDER_KINDS);

const IdentityProviders = z.record(
  z.string(),
  z.object({
    kind: IdentityProviderKind,
    /** Left out for functions that show no pages. */
    displayName: z.optional(z.string()),
    issuer: z.string(),
    /** Left out when it is `openid email profile`, to save room in the environment. */
    scopes: z.optional(z.array(z.string())),
    /** Name or ARN of the secret that holds `{"client_id": "…", "client_secret": "…"}`. */
    secretId: z.string(),
    recheck: z.optional(z.boolean()),
    keepTokens: z.optional(z.boolean()),
    tokenEndpointAuthentication: z.optional(z.enum(TOKEN_ENDPOINT_AUTHENTICATIONS)),
  }),
);
export type IdentityProviders = Immutable<z.infer<typeof IdentityProviders>>;
export const identityProviders = json('GATEHOUSE_IDENTITY_PROVIDERS', IdentityProviders);

/** Id → kind of every identity provider, for functions that need nothing else of them. */
export const identityProviderKinds = json(
  'GATEHOUSE_IDENTITY_PROVIDER_KINDS',
  z.record(z.string(), IdentityProviderKind),
);

/** ARN of the KMS key that seals providers' tokens. Absent when no provider's tokens are kept. */
export const tokenVault = json('GATEHOUSE_TOKEN_VAULT', z.object({ keyArn: z.optional(z.string()) }));

export const access = json('GATEHOUSE_ACCESS', AccessPolicy);

const Lifetimes = z.object({
  transactionSeconds: z.number(),
  authorizationCodeSeconds: z.number(),
  accessTokenSeconds: z.number(),
  refreshTokenIdleDays: z.number(),
  refreshTokenAbsoluteDays: z.number(),
  refreshGraceSeconds: z.number(),
  recheckSeconds: z.number(),
  recheckOutageSeconds: z.number(),
  signingKeyDays: z.number(),
  signingKeyPublishSeconds: z.number(),
});
export type Lifetimes = Immutable<z.infer<typeof Lifetimes>>;
export const lifetimes = json('GATEHOUSE_LIFETIMES', Lifetimes);

/** Client id → client of the configuration, resource clients included. */
const ConfiguredClients = z.record(
  z.string(),
  z.object({
    name: z.string(),
    redirectUris: z.optional(z.array(z.string())),
    authentication: z.array(z.enum(TOKEN_ENDPOINT_AUTH_METHODS)),
    grantTypes: z.array(z.enum(GRANT_TYPES)),
    scopes: z.optional(z.array(z.string())),
    /** ARN of the secret that holds the client secret as plain text. Only functions that check the secret get it. */
    secretId: z.optional(z.string()),
    jwksUri: z.optional(z.string()),
    jwks: z.optional(z.object({ keys: z.array(z.record(z.string(), z.unknown())) })),
    /** Path of the MCP server that this resource client stands for. */
    server: z.optional(z.string()),
  }),
);
export type ConfiguredClients = Immutable<z.infer<typeof ConfiguredClients>>;
export const configuredClients = json('GATEHOUSE_CONFIGURED_CLIENTS', ConfiguredClients);

export const clientDocuments = json('GATEHOUSE_CLIENT_DOCUMENTS', DocumentPolicy);

/** Absent where registration is open to every client, and for functions that it does not concern. */
export const registration = json('GATEHOUSE_REGISTRATION', RegistrationPolicy);

/** ARN of the secret with the initial access token. Set only where registration demands it. */
export const registrationSecret = text('GATEHOUSE_REGISTRATION_SECRET');

/** REST API id → path of the MCP server behind it. */
export const protectedResources = json('GATEHOUSE_PROTECTED_RESOURCES', z.record(z.string(), z.string()));

/** The one MCP server that an inspector stands before. */
const InspectedServer = z.object({
  path: z.string(),
  requiredScopes: z.array(z.string()),
  rules: ToolRules,
  /** For each pair of user and client. */
  requestsPerMinute: z.optional(z.number()),
  /** Whether the edge restores `WWW-Authenticate`, which API Gateway renames. @default false */
  challengesArrive: z.optional(z.boolean()),
  backend: z.union([
    z.object({
      kind: z.literal('http'),
      url: z.string(),
      /** The headers that hold credentials of ours, and the ARN of the secret with their values. */
      credentials: z.optional(z.object({ headers: z.array(z.string()), secretId: z.string() })),
    }),
    z.object({ kind: z.literal('lambda'), functionArn: z.string() }),
  ]),
});
export type InspectedServer = Immutable<z.infer<typeof InspectedServer>>;
export const inspectedServer = json('GATEHOUSE_INSPECTED_SERVER', InspectedServer);

/** Path of each example server that is not open to every origin, and its allowed origins. */
export const exampleOrigins = json('GATEHOUSE_EXAMPLE_ORIGINS', z.record(z.string(), z.array(z.string())));

export const clientsTable = text('GATEHOUSE_CLIENTS_TABLE');
export const transactionsTable = text('GATEHOUSE_TRANSACTIONS_TABLE');
export const grantsTable = text('GATEHOUSE_GRANTS_TABLE');
export const keysTable = text('GATEHOUSE_KEYS_TABLE');
export const assertionsTable = text('GATEHOUSE_ASSERTIONS_TABLE');
export const countersTable = text('GATEHOUSE_COUNTERS_TABLE');
/** Set only where the configuration remembers consents, and for the function that erases them. */
export const consentsTable = text('GATEHOUSE_CONSENTS_TABLE');

/** ARNs of the generated secrets. */
export const sealingSecret = text('GATEHOUSE_SEALING_SECRET');
export const subjectSecret = text('GATEHOUSE_SUBJECT_SECRET');

/** ARN of the only role that may sign. The policy of every new signing key names it. */
export const tokenRoleArn = text('GATEHOUSE_TOKEN_ROLE_ARN');
/** ARN of the role of the key-ring function, which administers the signing keys. */
export const keyRingRoleArn = text('GATEHOUSE_KEY_RING_ROLE_ARN');
/** Name of the key-ring function, which also sets the not-before marks. */
export const keyRingFunction = text('GATEHOUSE_KEY_RING_FUNCTION');
export const accountId = text('GATEHOUSE_ACCOUNT_ID');
export const stackTag = text('GATEHOUSE_STACK_TAG');
/** Tags that the configuration gives to every resource, for signing keys. Absent when there are none. */
export const keyTags = json('GATEHOUSE_KEY_TAGS', z.record(z.string(), z.string()));
/** Name of the stack, for functions that publish metrics. Absent when the configuration wants none. */
export const metricsStack = text('GATEHOUSE_METRICS_STACK');

/**
 * Multiplies every time limit. The stack never sets it, so deployed functions use the limits as written. The local run
 * sets it, because a busy laptop is slower than AWS.
 */
export const timeLimitFactor = json('GATEHOUSE_TIME_LIMIT_FACTOR', z.number());
