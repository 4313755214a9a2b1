import { everyScopeOf, hasRules, type ToolRules } from '../../lambdas/core/mcp/tool-scopes.ts';
import { checkUpstreamTokens } from '../data/upstream-tokens.ts';
import { credentialHeaders, validatesHeaders } from './backends.ts';
import { checkIdentityProviderRules, issuerOf } from './identity-providers.ts';
import { checkMonitoring } from './monitoring-schema.ts';
import type { Configuration, ServerConfiguration } from './schema.ts';
import { checkAllowedOrigins } from './server-schema.ts';
import { checkTheme } from './theme.ts';
import { checkWellKnown } from './well-known.ts';

type ScopeConfiguration = Configuration['scopes'][string];
type KnownScopes = Readonly<
  Record<string, Omit<ScopeConfiguration, 'description'> & Partial<Pick<ScopeConfiguration, 'description'>>>
>;

/** Scopes that `identity` adds. The consent page describes them unless the configuration does. */
const IDENTITY_SCOPES: KnownScopes = { email: { implies: [] }, profile: { implies: [] } };

/** First segments of the authorization server's own paths. A server at one of them would hide the endpoint. */
const RESERVED_SEGMENTS = new Set([
  'register',
  'authorize',
  'consent',
  'callback',
  'token',
  'revoke',
  'introspect',
  'userinfo',
  'health',
  'connections',
  'logo.svg',
]);

/** Scopes that OpenID Connect defines. No server can require them. */
const RESERVED_SCOPES = new Set(['openid', 'offline_access']);

// A template holds at most 500 resources: up to 47 for each server and about 140 for the rest. The test
// infra/stack/largest-stack checks it.
export const MAX_SERVERS = 7;
const SECONDS_PER_DAY = 86_400;

/** Returns the problems that only show across several keys. They read like the problems of the schema. */
export const crossCheck = (configuration: Configuration): string[] => [
  ...checkServers(configuration),
  ...checkAllowedOrigins(configuration.servers),
  ...checkScopes(configuration),
  ...checkIdentityProviders(configuration),
  ...checkClients(configuration),
  ...checkLifetimes(configuration),
  ...checkUpstreamTokens(configuration),
  ...checkTheme(configuration),
  ...checkMonitoring(configuration),
  ...checkWellKnown(configuration.wellKnown),
];

/** All scopes that a token can hold: the configured scopes and those of `identity`. */
export const allScopes = ({ servers, scopes }: Configuration): KnownScopes => {
  const asked = new Set(Object.values(servers).flatMap(({ identity }) => identity));
  const builtIn = Object.entries(IDENTITY_SCOPES).filter(([name]) => asked.has(name as 'email' | 'profile'));
  return { ...Object.fromEntries(builtIn), ...scopes };
};

/** The scopes that every request to a server needs, in the order of the challenge. */
export const requiredScopes = ({ scopes, identity }: ServerConfiguration): string[] => [
  ...new Set([...scopes.required, ...identity]),
];

/** The scopes that single operations of a server need in addition; undefined if there are no rules. */
export const toolRules = ({ scopes }: ServerConfiguration): ToolRules | undefined => {
  const { tools, resources, prompts } = scopes;
  const rules = Object.fromEntries(
    Object.entries({ tools, resources, prompts } satisfies Record<keyof ToolRules, unknown>).filter(
      ([, patterns]) => Object.keys(patterns ?? {}).length > 0,
    ),
  );
  return hasRules(rules) ? rules : undefined;
};

/** The scopes of a server's first challenge. */
export const challengeScopes = (server: ServerConfiguration): string[] =>
  server.scopes.challengeScopes === 'all'
    ? [...everyScopeOf(toolRules(server) ?? {}, requiredScopes(server))]
    : requiredScopes(server);

/** Whether an inspector must read the bodies before the backend does, limit the rate, or add credentials. */
export const needsInspector = (server: ServerConfiguration): boolean =>
  (toolRules(server) !== undefined && !validatesHeaders(server)) ||
  server.rateLimit !== undefined ||
  credentialHeaders(server).length > 0;

/** The URLs that point to this machine, each with its key. */
export const findLocalUrls = ({ servers, identityProviders, clients }: Configuration): { key: string; url: string }[] =>
  [
    ...Object.entries(clients).map(([id, { jwksUri }]) => ({ key: `clients.${id}.jwksUri`, url: jwksUri ?? '' })),
    ...Object.entries(servers).map(([path, { backend }]) => ({
      key: `servers.${path}.backend.url`,
      url: backend.kind === 'http' ? backend.url : '',
    })),
    ...Object.entries(identityProviders).map(([id, provider]) => ({
      key: `identityProviders.${id}.issuer`,
      url: issuerOf(provider) ?? '',
    })),
  ].filter(({ url }) => url.startsWith('http:'));

const checkServers = ({ servers, ...rest }: Configuration): string[] => {
  const paths = Object.keys(servers);
  const known = allScopes({ servers, ...rest });
  return [
    ...(paths.length === 0 ? ['servers: expected at least one MCP server, got {}'] : []),
    ...(paths.length > MAX_SERVERS ? [`servers: expected at most ${MAX_SERVERS} servers, got ${paths.length}`] : []),
    ...paths
      .filter((path) => RESERVED_SEGMENTS.has((path.split('/')[1] ?? '').toLowerCase()))
      .map(
        (path) => `servers.${path}: expected a path that the authorization server itself does not use, got "${path}"`,
      ),
    ...lookAlikes('servers', paths),
    ...Object.entries(servers).flatMap(([path, server]) =>
      server.scopes.required
        .filter((scope) => !Object.hasOwn(known, scope))
        .map((scope) => `servers.${path}.scopes.required: expected scopes that "scopes" describes, got "${scope}"`),
    ),
    ...Object.entries(servers).flatMap(([path, server]) => checkRules(path, server, known)),
  ];
};

const checkRules = (path: string, server: ServerConfiguration, known: KnownScopes): string[] =>
  Object.entries(toolRules(server) ?? {}).flatMap(([family, patterns]) =>
    Object.entries(patterns ?? {}).flatMap(([pattern, needed]) =>
      needed
        .filter((scope) => !Object.hasOwn(known, scope))
        .map(
          (scope) =>
            `servers.${path}.scopes.${family}.${pattern}: expected scopes that "scopes" describes, got "${scope}"`,
        ),
    ),
  );

const checkScopes = (configuration: Configuration): string[] => {
  const known = allScopes(configuration);
  return Object.entries(configuration.scopes).flatMap(([name, scope]) => [
    ...(RESERVED_SCOPES.has(name)
      ? [`scopes.${name}: expected another name, because OpenID Connect defines this one`]
      : []),
    ...scope.implies
      .filter((implied) => !Object.hasOwn(known, implied))
      .map((implied) => `scopes.${name}.implies: expected scopes that "scopes" describes, got "${implied}"`),
  ]);
};

const checkIdentityProviders = (configuration: Configuration): string[] => {
  const ids = Object.keys(configuration.identityProviders);
  return [
    ...(ids.length === 0 ? ['identityProviders: expected at least one identity provider to log in at, got {}'] : []),
    ...lookAlikes('identityProviders', ids),
    ...checkIdentityProviderRules(configuration),
  ];
};

const checkClients = (configuration: Configuration): string[] => {
  const known = allScopes(configuration);
  const { clients } = configuration;
  return [
    ...lookAlikes('clients', Object.keys(clients)),
    ...Object.entries(clients).flatMap(([id, client]) => [
      ...checkGrantTypes(`clients.${id}`, client),
      ...checkClientKeys(`clients.${id}`, client),
      ...client.scopes
        .filter((scope) => !Object.hasOwn(known, scope))
        .map((scope) => `clients.${id}.scopes: expected scopes that "scopes" describes, got "${scope}"`),
    ]),
  ];
};

type ConfiguredClient = Configuration['clients'][string];

const checkGrantTypes = (key: string, { grantTypes, redirectUris, authentication, scopes }: ConfiguredClient) => {
  const hasUser = grantTypes.includes('authorization_code');
  const isMachine = grantTypes.includes('client_credentials');
  const count = redirectUris.length;
  return [
    ...(hasUser && count === 0
      ? [`${key}.redirectUris: expected at least one redirect URI for authorization_code, got []`]
      : []),
    ...(!hasUser && count > 0
      ? [`${key}.redirectUris: expected none without the grant type authorization_code, got ${count}`]
      : []),
    ...(!hasUser && grantTypes.includes('refresh_token')
      ? [`${key}.grantTypes: expected authorization_code as well, because refresh_token only continues it`]
      : []),
    ...(isMachine && authentication === 'none'
      ? [`${key}.authentication: expected a secret or private_key_jwt for client_credentials, got "none"`]
      : []),
    ...(isMachine && scopes.length === 0
      ? [`${key}.scopes: expected at least one scope for client_credentials, got []`]
      : []),
    ...(!isMachine && scopes.length > 0
      ? [
          `${key}.scopes: expected none without the grant type client_credentials, because users grant scopes on the consent page`,
        ]
      : []),
  ];
};

const checkClientKeys = (key: string, { authentication, jwks, jwksUri }: ConfiguredClient): string[] => {
  const given = [jwks, jwksUri].filter((source) => source !== undefined).length;
  const wanted = authentication === 'private_key_jwt' ? 1 : 0;
  if (given === wanted) return [];
  return [
    wanted === 1
      ? `${key}: expected either "jwks" or "jwksUri" with private_key_jwt, got ${given === 0 ? 'neither' : 'both'}`
      : `${key}: expected "jwks" and "jwksUri" with private_key_jwt only, got "${authentication}"`,
  ];
};

/** The client id of the MCP server at a path. No configured client can have it. */
export const resourceClientId = (path: string): string => `resource${path.replaceAll('/', '-')}`;

/** Ids of the clients whose secret the stack generates: configured clients with a secret, and resource clients. */
export const clientsWithSecret = ({ clients, servers }: Configuration): string[] => [
  ...Object.entries(clients)
    .filter(([, { authentication }]) => authentication.startsWith('client_secret_'))
    .map(([id]) => id),
  ...Object.entries(servers)
    .filter(([, { resourceClient }]) => resourceClient)
    .map(([path]) => resourceClientId(path)),
];

const checkLifetimes = ({ lifetimes }: Configuration): string[] => [
  ...(lifetimes.refreshTokenIdleDays > lifetimes.refreshTokenAbsoluteDays
    ? [
        `lifetimes.refreshTokenIdleDays: expected at most refreshTokenAbsoluteDays (${lifetimes.refreshTokenAbsoluteDays}), got ${lifetimes.refreshTokenIdleDays}`,
      ]
    : []),
  ...(lifetimes.refreshGraceSeconds > lifetimes.refreshTokenIdleDays * SECONDS_PER_DAY
    ? [`lifetimes.refreshGraceSeconds: expected less than refreshTokenIdleDays, got ${lifetimes.refreshGraceSeconds}`]
    : []),
];

/** Outputs and resources keep only the letters and digits of a name, so two names must differ in them. */
const lookAlikes = (key: string, names: readonly string[]): string[] => {
  const plain = names.map((name) => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase());
  return names
    .filter((_, index) => plain.indexOf(plain[index] ?? '') !== index)
    .map((name) => `${key}.${name}: expected a name that differs from the others in letters or digits, got "${name}"`);
};
