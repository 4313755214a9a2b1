import type { Configuration } from './config.ts';

/** Scopes that `identity` adds, with the words of the consent page; a configuration may word them itself. */
export const IDENTITY_SCOPES: Readonly<Record<string, { description: string; implies: string[] }>> = {
  email: { description: 'See your e-mail address', implies: [] },
  profile: { description: 'See your name', implies: [] },
};

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
]);

/** Scopes with a meaning of their own that no server can ask for. */
const RESERVED_SCOPES = new Set(['openid', 'offline_access']);

// CloudFront allows 25 behaviours without asking for more; each server takes two.
const MAX_SERVERS = 11;
const SECONDS_PER_DAY = 86_400;

/** What no single key can say: rules over several. Each problem reads as the ones of the schema do. */
export const crossCheck = (configuration: Configuration): string[] => [
  ...checkServers(configuration),
  ...checkScopes(configuration),
  ...checkIdentityProviders(configuration),
  ...checkLifetimes(configuration),
];

/** All scopes that a token can hold: the configured ones and those of `identity`. */
export const allScopes = ({ servers, scopes }: Configuration): Configuration['scopes'] => {
  const asked = new Set(Object.values(servers).flatMap(({ identity }) => identity));
  const builtIn = Object.entries(IDENTITY_SCOPES).filter(([name]) => asked.has(name as 'email' | 'profile'));
  return { ...Object.fromEntries(builtIn), ...scopes };
};

/** What every request to a server needs, in the order of the challenge. */
export const requiredScopes = ({ scopes, identity }: Configuration['servers'][string]): string[] => [
  ...new Set([...scopes.required, ...identity]),
];

/** URLs that reach this machine only. */
export const findLocalUrls = ({ servers, identityProviders }: Configuration): { key: string; url: string }[] =>
  [
    ...Object.entries(servers).map(([path, { backend }]) => ({
      key: `servers.${path}.backend.url`,
      url: backend.kind === 'http' ? backend.url : '',
    })),
    ...Object.entries(identityProviders).map(([id, { issuer }]) => ({
      key: `identityProviders.${id}.issuer`,
      url: issuer,
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
  ];
};

const checkScopes = (configuration: Configuration): string[] => {
  const known = allScopes(configuration);
  return Object.entries(configuration.scopes).flatMap(([name, scope]) => [
    ...(RESERVED_SCOPES.has(name) ? [`scopes.${name}: expected another name: this one belongs to OpenID Connect`] : []),
    ...scope.implies
      .filter((implied) => !Object.hasOwn(known, implied))
      .map((implied) => `scopes.${name}.implies: expected scopes that "scopes" describes, got "${implied}"`),
  ]);
};

const checkIdentityProviders = ({ identityProviders }: Configuration): string[] => {
  const ids = Object.keys(identityProviders);
  return [
    ...(ids.length === 0 ? ['identityProviders: expected at least one identity provider to log in at, got {}'] : []),
    ...lookAlikes('identityProviders', ids),
  ];
};

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
