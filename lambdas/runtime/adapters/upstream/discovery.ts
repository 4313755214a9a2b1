import {
  type AuthorizationServer,
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
} from 'oauth4webapi';
import { UpstreamError } from '../../../core/upstream/errors.ts';
import { documentIssuer } from '../../../core/upstream/provider-presets.ts';
import type { Clock } from '../../ports/index.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { toUpstreamFault } from './upstream-faults.ts';

/** A copy younger than this is used without a request. */
const FRESH_SECONDS = 3600;
/** While the provider cannot be reached, a copy up to this age is still used. */
const USABLE_SECONDS = 86_400;
/** While the provider cannot be reached, we try again no more often than this. */
const RETRY_INTERVAL_SECONDS = 60;
/** For the whole document. */
export const DISCOVERY_TIMEOUT_MS = 3000;

/** Only a provider on this machine may use plain http. */
export const isLocalIssuer = (issuer: string): boolean =>
  new URL(issuer).protocol === 'http:' && new URL(issuer).hostname === 'localhost';

/** A provider's discovery document (OpenID Connect Discovery §4), kept in memory. */
export class UpstreamDiscovery {
  readonly #issuer: string;
  readonly #now: Clock;
  #copy:
    | { readonly server: AuthorizationServer; readonly freshUntil: number; readonly usableUntil: number }
    | undefined;

  constructor(issuer: string, now: Clock) {
    this.#issuer = issuer;
    this.#now = now;
  }

  async read(): Promise<AuthorizationServer> {
    const copy = this.#copy;
    if (copy && this.#now() < copy.freshUntil) return copy.server;
    try {
      const server = await this.#fetch();
      this.#copy = { server, freshUntil: this.#now() + FRESH_SECONDS, usableUntil: this.#now() + USABLE_SECONDS };
      return server;
    } catch (error) {
      if (!copy || this.#now() >= copy.usableUntil) throw toUpstreamFault(error);
      this.#copy = { ...copy, freshUntil: this.#now() + RETRY_INTERVAL_SECONDS };
      return copy.server;
    }
  }

  async #fetch(): Promise<AuthorizationServer> {
    const issuer = new URL(this.#issuer);
    const answer = await discoveryRequest(issuer, {
      [customFetch]: boundedFetch(DISCOVERY_TIMEOUT_MS),
      [allowInsecureRequests]: isLocalIssuer(this.#issuer),
    });
    const server = await processDiscoveryResponse(new URL(documentIssuer(this.#issuer)), answer);
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
      this.#assertSecure(name, server[name]);
    }
    return server;
  }

  /** OpenID Connect Discovery §3 requires these endpoints, and requires https for them. */
  #assertSecure(name: string, endpoint: string | undefined): void {
    const url = endpoint === undefined ? null : URL.parse(endpoint);
    if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocalIssuer(this.#issuer))) return;
    throw new UpstreamError('rejected', `the discovery document has no ${name} with an https URL`);
  }
}
