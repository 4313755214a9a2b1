import type { EndpointName } from '../functions/endpoints.ts';
import type { Throttle } from './rest-api.ts';

/** One public route of the authorization server. */
export interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  readonly endpoint: EndpointName;
  readonly throttle: Throttle;
  /** Answers preflights: for programs, in browsers too; never for what a person's browser visits (OAuth 2.1 §3.1). */
  readonly preflight: boolean;
  /** Why no authorizer stands before it. */
  readonly publicBecause: string;
}

/** Every route of the authorization server, and there is no other. */
export const authorizationServerRoutes = (serverPaths: readonly string[]): readonly Route[] => [
  ...resourceMetadataPaths(serverPaths).map((path) =>
    document(path, 'protectedResourceMetadata', 'Metadata is public (RFC 9728 §3)'),
  ),
  document(
    '/.well-known/oauth-authorization-server',
    'authorizationServerMetadata',
    'Metadata is public (RFC 8414 §3)',
  ),
  document('/.well-known/openid-configuration', 'authorizationServerMetadata', 'Metadata is public (RFC 8414 §3)'),
  document('/.well-known/jwks.json', 'jwks', 'Public keys are public (RFC 7517)'),
  // The ceiling on new rows, for everybody together: connectors share addresses, so none is counted by itself (#172).
  program('/register', 'register', { perSecond: 50, burst: 100 }, 'Open registration (RFC 7591 §3)'),
  {
    path: '/register/{client_id}',
    methods: ['GET', 'PUT', 'DELETE'],
    endpoint: 'clientConfiguration',
    throttle: { perSecond: 10, burst: 20 },
    preflight: true,
    publicBecause: 'The function itself checks the registration access token (RFC 7592 §2)',
  },
  page('GET', '/', 'welcome', 'Says what this is to whoever opens the address in a browser'),
  page('GET', '/authorize', 'authorize', 'Where an authorization begins (RFC 6749 §3.1); it writes nothing'),
  page('POST', '/consent', 'consent', 'Bound to a sealed form, a cookie and the origin'),
  page('GET', '/callback/{idp}', 'callback', 'Bound to a state and a cookie (OpenID Connect Core §3.1.2.5)'),
  {
    path: '/connections',
    methods: ['GET', 'POST'],
    endpoint: 'connections',
    throttle: { perSecond: 50, burst: 100 },
    preflight: false,
    publicBecause: 'The function itself checks a sealed session; its forms are bound to that and to the origin',
  },
  // Below the 1,000 signatures per second that KMS gives an account and region.
  program('/token', 'token', { perSecond: 800, burst: 1600 }, 'Clients authenticate in the request (RFC 6749 §3.2.1)'),
  program('/revoke', 'revoke', { perSecond: 50, burst: 100 }, 'Clients authenticate in the request (RFC 7009 §2.1)'),
  program(
    '/introspect',
    'introspect',
    { perSecond: 200, burst: 400 },
    'Clients authenticate in the request (RFC 7662 §2.1)',
  ),
  {
    path: '/userinfo',
    methods: ['GET', 'POST'],
    endpoint: 'userinfo',
    throttle: { perSecond: 100, burst: 200 },
    preflight: true,
    publicBecause: 'The function itself checks the access token (OpenID Connect Core §5.3)',
  },
  {
    path: '/health',
    methods: ['GET'],
    endpoint: 'health',
    throttle: { perSecond: 10, burst: 20 },
    preflight: false,
    publicBecause: 'For monitors; it says no more than ok or not, and which provider still lacks its secret',
  },
];

/** With one server the root document equals the path's; with several none could (RFC 9728 §3.3), so there is none. */
const resourceMetadataPaths = (serverPaths: readonly string[]): string[] =>
  (serverPaths.length === 1 ? ['', ...serverPaths] : serverPaths).map(
    (path) => `/.well-known/oauth-protected-resource${path}`,
  );

const document = (path: string, endpoint: EndpointName, publicBecause: string): Route => ({
  path,
  methods: ['GET', 'HEAD'],
  endpoint,
  throttle: { perSecond: 100, burst: 200 },
  preflight: true,
  publicBecause,
});

const page = (method: 'GET' | 'POST', path: string, endpoint: EndpointName, publicBecause: string): Route => ({
  path,
  methods: [method],
  endpoint,
  throttle: { perSecond: 100, burst: 200 },
  preflight: false,
  publicBecause,
});

const program = (path: string, endpoint: EndpointName, throttle: Throttle, publicBecause: string): Route => ({
  path,
  methods: ['POST'],
  endpoint,
  throttle,
  preflight: true,
  publicBecause,
});
