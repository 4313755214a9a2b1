import type { Duration } from 'aws-cdk-lib';
import type { Throttle } from '../../api/rest-api.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { Secrets } from '../../data/secrets.ts';
import type { Tables } from '../../data/tables.ts';
import type { UpstreamTokensKey } from '../../data/upstream-tokens.ts';
import type { UserPool } from '../../data/user-pool.ts';
import type { EndpointFunction } from '../endpoint-function.ts';

/** One endpoint of the authorization server: its function, its routes, and everything that the function may use. */
export interface Endpoint {
  /** Folder below `lambdas/`. */
  readonly folder: string;
  readonly description: string;
  /** @default 10 seconds */
  readonly timeout?: Duration;
  /** They do not depend on the configuration, and none is ever removed (CONTRIBUTING, "Never remove a route"). */
  readonly routes: readonly Route[];
  /**
   * Gives the function its settings, tables and secrets. It may use nothing else.
   *
   * @default the function may use nothing
   */
  readonly grant?: (endpoint: EndpointFunction, parts: EndpointParts) => void;
}

/** One public route. */
export interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  readonly throttle: Throttle;
  /** Whether it answers preflights. Endpoints that a browser navigates to never do (OAuth 2.1 §3.1). */
  readonly preflight: boolean;
  /** Why no authorizer stands before it. */
  readonly publicBecause: string;
}

/** What the endpoints of one stack share. */
export interface EndpointParts {
  readonly configuration: Configuration;
  /** `https://<domain>`, without path or trailing slash. */
  readonly issuer: string;
  readonly tables: Tables;
  readonly secrets: Secrets;
  /** Identity provider id → user pool that the stack creates for it. */
  readonly userPools: Readonly<Record<string, UserPool>>;
  /** Encrypts the tokens of identity providers. Undefined when no provider's tokens are kept. */
  readonly tokensKey: UpstreamTokensKey | undefined;
}

/** A document that anyone may read, from a browser too. */
export const document = (path: string, publicBecause: string): Route => ({
  path,
  methods: ['GET', 'HEAD'],
  throttle: { perSecond: 100, burst: 200 },
  preflight: true,
  publicBecause,
});

/** A page that a browser navigates to, or the form on it. HEAD is answered like GET (RFC 9110 §9.3.2). */
export const page = (method: 'GET' | 'POST', path: string, publicBecause: string): Route => ({
  path,
  methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
  throttle: { perSecond: 100, burst: 200 },
  preflight: false,
  publicBecause,
});

/** An endpoint that clients post to, from a browser too. */
export const api = (path: string, throttle: Throttle, publicBecause: string): Route => ({
  path,
  methods: ['POST'],
  throttle,
  preflight: true,
  publicBecause,
});
