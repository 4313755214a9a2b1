import * as z from 'zod/mini';
import { type Client, TOKEN_EXCHANGE } from '../core/clients/client.ts';
import { ENVIRONMENT } from '../core/settings.ts';

// The only reader of process.env. Each getter is called at cold start by the index.ts that needs it, so that a
// missing variable stops the function at once and by name.

const ScopePatterns = z.record(z.string(), z.array(z.string()));

const Rules = z.object({
  tools: z.optional(ScopePatterns),
  resources: z.optional(ScopePatterns),
  prompts: z.optional(ScopePatterns),
});

/** One MCP server behind the door, as the functions need it. Its resource identifier is issuer + path. */
const Servers = z.record(
  z.string(),
  z.object({
    /** What clients may call it. */
    name: z.optional(z.string()),
    /** Scopes every request needs. */
    requiredScopes: z.array(z.string()),
    /** What single operations need besides; for the authorizer. */
    rules: z.optional(Rules),
    /** The backend itself refuses headers that contradict the body; for the authorizer. */
    validatesHeaders: z.optional(z.boolean()),
  }),
);
export type Servers = z.infer<typeof Servers>;

const LocalizedText = z.union([
  z.string(),
  z.object({ en: z.string(), de: z.optional(z.string()), fr: z.optional(z.string()), es: z.optional(z.string()) }),
]);

const Scopes = z.record(
  z.string(),
  z.object({
    /** Words of the operator's own, for the pages alone. */
    description: z.optional(LocalizedText),
    implies: z.optional(z.array(z.string())),
  }),
);
export type Scopes = z.infer<typeof Scopes>;

const AccentColors = z.object({ accent: z.string(), hover: z.string(), onAccent: z.string() });

/** How the pages look. The logo itself is served at a path of its own. */
const Theme = z.object({
  name: z.optional(z.string()),
  logo: z.optional(z.boolean()),
  colors: z.object({ light: AccentColors, dark: AccentColors }),
});
export type Theme = z.infer<typeof Theme>;

/** The one MCP server that an inspector stands before. */
const InspectedServer = z.object({
  path: z.string(),
  requiredScopes: z.array(z.string()),
  rules: Rules,
  /** Of one person with one client. */
  requestsPerMinute: z.optional(z.number()),
  backend: z.union([
    z.object({ kind: z.literal('http'), url: z.string() }),
    z.object({ kind: z.literal('lambda'), functionArn: z.string() }),
  ]),
});
export type InspectedServer = z.infer<typeof InspectedServer>;

const IdentityProviderKind = z.enum(['oidc', 'google', 'github', 'auth0', 'okta', 'entra', 'clerk', 'cognito']);

const IdentityProviders = z.record(
  z.string(),
  z.object({
    kind: IdentityProviderKind,
    /** Left out where nobody sees it. */
    displayName: z.optional(z.string()),
    issuer: z.string(),
    /** Left out where they are `openid email profile`, since an environment has little room. */
    scopes: z.optional(z.array(z.string())),
    /** Name or ARN of the secret that holds `{"client_id": "…", "client_secret": "…"}`. */
    secretId: z.string(),
    recheck: z.optional(z.boolean()),
    keepTokens: z.optional(z.boolean()),
  }),
);
export type IdentityProviders = z.infer<typeof IdentityProviders>;

/** Clients that come with a metadata document. Host patterns: a name, or `*.` and a domain. */
const ClientDocuments = z.object({
  advertise: z.boolean(),
  allowHosts: z.optional(z.array(z.string())),
  blockHosts: z.array(z.string()),
});
export type ClientDocuments = z.infer<typeof ClientDocuments>;

const AccessConditions = z.object({
  emails: z.optional(z.array(z.string())),
  emailDomains: z.optional(z.array(z.string())),
  claims: z.optional(z.record(z.string(), z.array(z.string()))),
  githubOrganizations: z.optional(z.array(z.string())),
  githubTeams: z.optional(z.array(z.string())),
  entraTenants: z.optional(z.array(z.string())),
});
const AccessRules = z.union([z.literal('everyone'), AccessConditions]);

/** Who may come in, and the rules of single providers, which stand in place of those for all. */
const Access = z.object({
  rules: z.optional(AccessRules),
  providers: z.record(z.string(), AccessRules),
  /** Scope → conditions that must all hold for whoever is to have it. */
  scopes: z.optional(z.record(z.string(), z.array(AccessConditions))),
});
export type Access = z.infer<typeof Access>;

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
export type Lifetimes = z.infer<typeof Lifetimes>;

/** A client that the operator named: only the functions that check its credentials are told where they are. */
const ConfiguredClients = z.record(
  z.string(),
  z.object({
    name: z.string(),
    redirectUris: z.optional(z.array(z.string())),
    authentication: z.array(z.enum(['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'])),
    grantTypes: z.array(z.enum(['authorization_code', 'refresh_token', 'client_credentials', TOKEN_EXCHANGE])),
    scopes: z.optional(z.array(z.string())),
    /** ARN of the secret that holds the client secret as plain text. */
    secretId: z.optional(z.string()),
    jwksUri: z.optional(z.string()),
    jwks: z.optional(z.object({ keys: z.array(z.record(z.string(), z.unknown())) })),
    /** Path of the MCP server that the client is. */
    server: z.optional(z.string()),
  }),
);

const clientOf = (clientId: string, client: z.infer<typeof ConfiguredClients>[string]): Client => ({
  clientId,
  source: 'configured',
  clientName: client.name,
  redirectUris: client.redirectUris ?? [],
  grantTypes: client.grantTypes,
  tokenEndpointAuthMethods: client.authentication,
  ...(client.secretId === undefined ? {} : { clientSecretId: client.secretId }),
  ...(client.jwksUri === undefined ? {} : { jwksUri: client.jwksUri }),
  ...(client.jwks === undefined ? {} : { jwks: client.jwks }),
  ...(client.scopes === undefined ? {} : { scopes: client.scopes }),
  ...(client.server === undefined ? {} : { resourceServerPath: client.server }),
  issuedAt: 0,
});

const text = (name: string): string => {
  const value = process.env[name];
  if (!value)
    throw new Error(`environment variable ${name} is missing: deploy the stack that belongs to this function`);
  return value;
};

const parsed = <S extends z.ZodMiniType>(name: string, schema: S): z.infer<S> => {
  const result = schema.safeParse(parseJson(name));
  if (!result.success) throw new Error(`environment variable ${name} does not have the shape this function expects`);
  return result.data;
};

const parseJson = (name: string): unknown => {
  const json = text(name);
  try {
    return JSON.parse(json);
  } catch {
    throw new Error(`environment variable ${name} is not JSON`);
  }
};

/** The origin under which everything is served: no path, no trailing slash, never read from a request. */
export const issuer = (): string => text(ENVIRONMENT.issuer);
/** Only a laptop speaks of itself like this: there, and only there, clients may be on this machine. */
export const isLocalRun = (issuer: string): boolean => issuer.startsWith('http://localhost:');
export const servers = (): Servers => parsed(ENVIRONMENT.servers, Servers);
export const theme = (): Theme => parsed(ENVIRONMENT.theme, Theme);
export const scopes = (): Scopes => parsed(ENVIRONMENT.scopes, Scopes);
export const identityProviders = (): IdentityProviders => parsed(ENVIRONMENT.identityProviders, IdentityProviders);
/** Id → kind of every identity provider that there is now. */
export const identityProviderKinds = (): Record<string, IdentityProviders[string]['kind']> =>
  parsed(ENVIRONMENT.identityProviderKinds, z.record(z.string(), IdentityProviderKind));
export const access = (): Access => parsed(ENVIRONMENT.access, Access);
/** ARN of the key for providers' tokens; absent where none are kept. */
export const tokenVault = (): { keyArn?: string | undefined } =>
  parsed(ENVIRONMENT.tokenVault, z.object({ keyArn: z.optional(z.string()) }));
export const lifetimes = (): Lifetimes => parsed(ENVIRONMENT.lifetimes, Lifetimes);
/** The clients of the configuration by id, resource clients among them; they never expire. */
export const configuredClients = (): ReadonlyMap<string, Client> =>
  new Map(
    Object.entries(parsed(ENVIRONMENT.configuredClients, ConfiguredClients)).map(([id, client]) => [
      id,
      clientOf(id, client),
    ]),
  );
export const clientDocuments = (): ClientDocuments => parsed(ENVIRONMENT.clientDocuments, ClientDocuments);
/** REST API id → path of the MCP server behind it. */
export const protectedResources = (): Record<string, string> =>
  parsed(ENVIRONMENT.protectedResources, z.record(z.string(), z.string()));
export const inspectedServer = (): InspectedServer => parsed(ENVIRONMENT.inspectedServer, InspectedServer);
export const clientsTable = (): string => text(ENVIRONMENT.clientsTable);
export const transactionsTable = (): string => text(ENVIRONMENT.transactionsTable);
export const grantsTable = (): string => text(ENVIRONMENT.grantsTable);
export const keysTable = (): string => text(ENVIRONMENT.keysTable);
export const assertionsTable = (): string => text(ENVIRONMENT.assertionsTable);
export const countersTable = (): string => text(ENVIRONMENT.countersTable);
export const consentsTable = (): string => text(ENVIRONMENT.consentsTable);
/** Undefined where no consent is remembered, or is any more. */
export const consentsTableInUse = (): string | undefined => process.env[ENVIRONMENT.consentsTable] || undefined;
export const sealingSecret = (): string => text(ENVIRONMENT.sealingSecret);
export const subjectSecret = (): string => text(ENVIRONMENT.subjectSecret);
export const tokenRoleArn = (): string => text(ENVIRONMENT.tokenRoleArn);
export const keysRoleArn = (): string => text(ENVIRONMENT.keysRoleArn);
export const keysFunction = (): string => text(ENVIRONMENT.keysFunction);
export const accountId = (): string => text(ENVIRONMENT.accountId);
export const stackTag = (): string => text(ENVIRONMENT.stackTag);
/** Undefined where nobody asked for metrics. */
export const metricsStack = (): string | undefined => process.env[ENVIRONMENT.metricsStack] || undefined;
/** What the AWS SDK would find by itself, for whatever does without it. */
export const awsRuntime = () => {
  const region = text('AWS_REGION');
  const sessionToken = process.env.AWS_SESSION_TOKEN;
  return {
    region,
    endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB ?? `https://dynamodb.${region}.amazonaws.com`,
    accessKeyId: text('AWS_ACCESS_KEY_ID'),
    secretAccessKey: text('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken ? { sessionToken } : {}),
  };
};
/** The same for a call of Lambda. */
export const lambdaRuntime = () => {
  const runtime = awsRuntime();
  const endpoint = process.env.AWS_ENDPOINT_URL_LAMBDA ?? `https://lambda.${runtime.region}.amazonaws.com`;
  return { ...runtime, endpoint };
};
