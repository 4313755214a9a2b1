import { Construct } from 'constructs';
import { keepsTokens, UpstreamTokensKey } from '../../data/upstream-tokens.ts';
import { EndpointFunction } from '../endpoint-function.ts';
import { DISCOVERY } from './discovery.ts';
import type { Endpoint, EndpointParts, Route } from './endpoint.ts';
import { LOGIN } from './login.ts';
import { REGISTRATION } from './registration.ts';
import { TOKENS } from './tokens.ts';

/** Every endpoint of the authorization server. There is no other. */
const ENDPOINTS = { ...DISCOVERY, ...REGISTRATION, ...LOGIN, ...TOKENS } satisfies Record<string, Endpoint>;

export type EndpointName = keyof typeof ENDPOINTS;

const entries = Object.entries(ENDPOINTS) as [EndpointName, Endpoint][];

/** Every route of the authorization server, with the endpoint that serves it. */
export const AUTHORIZATION_SERVER_ROUTES: readonly (Route & { readonly endpoint: EndpointName })[] = entries.flatMap(
  ([name, { routes }]) => routes.map((route) => ({ ...route, endpoint: name })),
);

/** One function for each endpoint of the authorization server. */
export class Endpoints extends Construct {
  readonly functions: Readonly<Record<EndpointName, EndpointFunction>>;
  /** Undefined when no provider's tokens are kept. */
  readonly tokensKey: UpstreamTokensKey | undefined;

  constructor(scope: Construct, id: string, props: Omit<EndpointParts, 'tokensKey'>) {
    super(scope, id);
    const keepsAny = Object.values(props.configuration.identityProviders).some(keepsTokens);
    this.tokensKey = keepsAny ? new UpstreamTokensKey(this, 'UpstreamTokens') : undefined;
    const parts = { ...props, tokensKey: this.tokensKey };
    this.functions = Object.fromEntries(
      entries.map(([name, endpoint]) => [name, this.#make(name, endpoint, parts)]),
    ) as Record<EndpointName, EndpointFunction>;
  }

  #make(name: EndpointName, { grant, routes: _routes, ...props }: Endpoint, parts: EndpointParts): EndpointFunction {
    const endpoint = new EndpointFunction(this, name.charAt(0).toUpperCase() + name.slice(1), props);
    grant?.(endpoint, parts);
    return endpoint;
  }
}
