import { checkUpstreamTokens } from '../data/upstream-tokens.ts';
import { checkIdentityProviderRules, issuerOf } from './identity-providers.ts';
import { checkMonitoring } from './monitoring-schema.ts';
import type { Configuration } from './schema.ts';
import { checkTheme } from './theme.ts';

type ScopeConfiguration = Configuration['scopes'][string];
type KnownScopes = Readonly<
  Record<string, Omit<ScopeConfiguration, 'description'> & Partial<Pick<ScopeConfiguration, 'description'>>>
>;

/** Scopes that `identity` adds; the consent page has words for them, and a configuration may word them itself. */
const IDENTITY_SCOPES: KnownScopes = { email: { implies: [] }, profile: { implies: [] } };

/** First segments of the authorization server's own paths, now or planned; a server there would hide them. */
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

/** Scopes with a meaning of their own that no server can ask for. */
const RESERVED_SCOPES = new Set(['openid', 'offline_access']);

// A template has at most 500 resources: up to 47 for a server, and about 140 for the rest (test/infra/stack/largest-stack.test.ts).
export const MAX_SERVERS = 7;
const SECONDS_PER_DAY = 86_400;

/** What no single key can say: rules over several. Each problem reads as the ones of the schema do. */
export const crossCheck = (configuration: Configuration): string[] => [
  ...checkServers(configuration),
  ...checkScopes(configuration),
  ...checkIdentityProviders(configuration),
  ...checkClients(configuration),
  ...checkLifetimes(configuration),
  ...checkUpstreamTokens(configuration),
  ...checkTheme(configuration),
  ...checkMonitoring(configuration),
];

/** All scopes that a token can hold: the configured ones and those of `identity`. */
export const allScopes = ({ servers, scopes }: Configuration): KnownScopes => {
  const asked = new Set(Object.values(servers).flatMap(({ identity }) => identity));
  const builtIn = Object.entries(IDENTITY_SCOPES).filter(([name]) => asked.has(name as 'email' | 'profile'));
  return { ...Object.fromEntries(builtIn), ...scopes };
};

/** What every request to a server needs, in the order of the challenge. */
export const requiredScopes = ({ scopes, identity }: Configuration['servers'][string]): string[] => [
  ...new Set([...scopes.required, ...identity]),
];

/** What single operations of a server need besides; undefined when there are no rules. */
export const toolRules = ({ scopes }: Configuration['servers'][string]) => {
  const rules = Object.fromEntries(
    RULE_FAMILIES.flatMap((family) => {
      const patterns = scopes[family] ?? {};
      return Object.keys(patterns).length > 0 ? [[family, patterns] as const] : [];
    }),
  );
  return Object.keys(rules).length > 0 ? rules : undefined;
};

/** The scopes of a server's first challenge. */
export const challengeScopes = (server: Configuration['servers'][string]): string[] =>
  server.scopes.challengeScopes === 'all'
    ? [...new Set([...requiredScopes(server), ...scopesOfRules(server)])]
    : requiredScopes(server);

/** Whether the backend itself refuses headers that contradict the body. */
export const validatesHeaders = ({ backend }: Configuration['servers'][string]): boolean =>
  backend.kind !== 'example' && backend.validatesHeaders;

/** Whether something must stand before the backend that reads bodies, or that can answer 429. */
export const needsInspector = (server: Configuration['servers'][string]): boolean =>
  (toolRules(server) !== undefined && !validatesHeaders(server)) || server.rateLimit !== undefined;

const RULE_FAMILIES = ['tools', 'resources', 'prompts'] as const;

const scopesOfRules = ({ scopes }: Configuration['servers'][string]): string[] =>
  RULE_FAMILIES.flatMap((family) => Object.values(scopes[family] ?? {}).flat());

/** URLs that reach this machine only. */
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
        (path) => `servers.${path}: expected a path that the authorization server does not use itself, got "${path}"`,
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

const checkRules = (path: string, { scopes }: Configuration['servers'][string], known: KnownScopes): string[] =>
  RULE_FAMILIES.flatMap((family) =>
    Object.entries(scopes[family] ?? {}).flatMap(([pattern, needed]) =>
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
    ...(RESERVED_SCOPES.has(name) ? [`scopes.${name}: expected another name: this one belongs to OpenID Connect`] : []),
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
  const hasPerson = grantTypes.includes('authorization_code');
  const isMachine = grantTypes.includes('client_credentials');
  const count = redirectUris.length;
  return [
    ...(hasPerson && count === 0
      ? [`${key}.redirectUris: expected at least one redirect URI for authorization_code, got []`]
      : []),
    ...(!hasPerson && count > 0
      ? [`${key}.redirectUris: expected none without the grant type authorization_code, got ${count}`]
      : []),
    ...(!hasPerson && grantTypes.includes('refresh_token')
      ? [`${key}.grantTypes: expected authorization_code beside refresh_token, which continues it`]
      : []),
    ...(isMachine && authentication === 'none'
      ? [`${key}.authentication: expected a secret or private_key_jwt for client_credentials, got "none"`]
      : []),
    ...(isMachine && scopes.length === 0
      ? [`${key}.scopes: expected the scopes that client_credentials gives, got []`]
      : []),
    ...(!isMachine && scopes.length > 0
      ? [
          `${key}.scopes: expected none without the grant type client_credentials: people grant scopes on the consent page`,
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

/** Id of the client that stands for the MCP server at a path; no configured client can have it. */
export const resourceClientId = (path: string): string => `resource${path.replaceAll('/', '-')}`;

/** Ids of the clients whose secret the stack makes: confidential ones of the configuration, and resource clients. */
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

/** Names of outputs and resources keep letters and digits only, so two names may not differ in less than that. */
const lookAlikes = (key: string, names: readonly string[]): string[] => {
  const plain = names.map((name) => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase());
  return names
    .filter((_, index) => plain.indexOf(plain[index] ?? '') !== index)
    .map((name) => `${key}.${name}: expected a name that differs from the others in letters or digits, got "${name}"`);
};
