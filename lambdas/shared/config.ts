import * as z from 'zod/mini';
import { ENVIRONMENT } from './environment.ts';

// The only reader of process.env. Each getter is called at cold start by the index.ts that needs it, so that a
// missing variable stops the function at once and by name.

/** One MCP server behind the door, as the functions need it. Its resource identifier is issuer + path. */
const Servers = z.record(
  z.string(),
  z.object({
    /** Scopes every request needs. */
    requiredScopes: z.array(z.string()),
  }),
);
export type Servers = z.infer<typeof Servers>;

const Scopes = z.record(z.string(), z.object({ description: z.string(), implies: z.optional(z.array(z.string())) }));
export type Scopes = z.infer<typeof Scopes>;

const ScopePatterns = z.record(z.string(), z.array(z.string()));

/** The one MCP server that an inspector stands before. */
const InspectedServer = z.object({
  path: z.string(),
  requiredScopes: z.array(z.string()),
  rules: z.object({
    tools: z.optional(ScopePatterns),
    resources: z.optional(ScopePatterns),
    prompts: z.optional(ScopePatterns),
  }),
  backend: z.union([
    z.object({ kind: z.literal('http'), url: z.string() }),
    z.object({ kind: z.literal('lambda'), functionArn: z.string() }),
  ]),
});
export type InspectedServer = z.infer<typeof InspectedServer>;

const IdentityProviders = z.record(
  z.string(),
  z.object({
    kind: z.literal('oidc'),
    displayName: z.string(),
    issuer: z.string(),
    scopes: z.array(z.string()),
    /** Name or ARN of the secret that holds `{"client_id": "…", "client_secret": "…"}`. */
    secretId: z.string(),
  }),
);
export type IdentityProviders = z.infer<typeof IdentityProviders>;

const Access = z.union([
  z.literal('everyone'),
  z.object({ emails: z.optional(z.array(z.string())), emailDomains: z.optional(z.array(z.string())) }),
]);
export type Access = z.infer<typeof Access>;

const Lifetimes = z.object({
  transactionSeconds: z.number(),
  authorizationCodeSeconds: z.number(),
  accessTokenSeconds: z.number(),
  refreshTokenIdleDays: z.number(),
  refreshTokenAbsoluteDays: z.number(),
  refreshGraceSeconds: z.number(),
});
export type Lifetimes = z.infer<typeof Lifetimes>;

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
export const servers = (): Servers => parsed(ENVIRONMENT.servers, Servers);
export const scopes = (): Scopes => parsed(ENVIRONMENT.scopes, Scopes);
export const identityProviders = (): IdentityProviders => parsed(ENVIRONMENT.identityProviders, IdentityProviders);
export const access = (): Access => parsed(ENVIRONMENT.access, Access);
export const lifetimes = (): Lifetimes => parsed(ENVIRONMENT.lifetimes, Lifetimes);
/** REST API id → path of the MCP server behind it. */
export const protectedResources = (): Record<string, string> =>
  parsed(ENVIRONMENT.protectedResources, z.record(z.string(), z.string()));
export const inspectedServer = (): InspectedServer => parsed(ENVIRONMENT.inspectedServer, InspectedServer);
export const clientsTable = (): string => text(ENVIRONMENT.clientsTable);
export const transactionsTable = (): string => text(ENVIRONMENT.transactionsTable);
export const grantsTable = (): string => text(ENVIRONMENT.grantsTable);
export const keysTable = (): string => text(ENVIRONMENT.keysTable);
export const sealingSecret = (): string => text(ENVIRONMENT.sealingSecret);
export const subjectSecret = (): string => text(ENVIRONMENT.subjectSecret);
export const tokenRoleArn = (): string => text(ENVIRONMENT.tokenRoleArn);
export const keysRoleArn = (): string => text(ENVIRONMENT.keysRoleArn);
export const accountId = (): string => text(ENVIRONMENT.accountId);
export const stackTag = (): string => text(ENVIRONMENT.stackTag);
/** What the AWS SDK would find by itself, for the authorizer, which does without it. */
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
