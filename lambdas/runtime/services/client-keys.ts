import type { JWK } from 'jose';
import type { ClientKeySource, KeyOptions } from '../../core/clients/assertion.ts';
import type { Client } from '../../core/clients/client.ts';
import { brokenFetchUrlRule } from '../../core/clients/client-id-url.ts';
import { CLIENT_KEYS_FRESHNESS } from '../../core/clients/document-freshness.ts';
import { type DocumentHosts, isBlockedHost } from '../../core/clients/document-policy.ts';
import { parsePublicKeys } from '../../core/clients/jwks.ts';
import { OAuthError, UnavailableError } from '../../core/oauth-error.ts';
import type { Clock, GuardedFetch, Log } from '../ports/index.ts';
import { DocumentCache, EARLY_REFRESH_SECONDS, type Parsed } from './document-cache.ts';
import { FetchBudget } from './fetch-budget.ts';

/** Key sets may contain certificate chains (RFC 7517 §4.7). */
const MAX_KEY_SET_BYTES = 32 * 1024;

export interface ClientKeysOptions {
  readonly fetch: GuardedFetch;
  readonly now: Clock;
  readonly log: Log;
  readonly hosts?: DocumentHosts;
  /** Shared with ClientDocuments. */
  readonly budget?: FetchBudget;
  /** Accepts key sets on `http://localhost` and `http://127.0.0.1`: for the local run only. */
  readonly allowLoopback?: boolean;
}

/**
 * Public keys of clients: inline ones, or those of a `jwks_uri`, at most five minutes old. If the host does not answer, no
 * older copy is used, because a key that its client withdraws must stop working.
 */
export class ClientKeys implements ClientKeySource {
  readonly #options: ClientKeysOptions;
  readonly #cache: DocumentCache<readonly JWK[]>;

  constructor(options: ClientKeysOptions) {
    this.#options = options;
    this.#cache = new DocumentCache({
      fetch: options.fetch,
      budget: options.budget ?? new FetchBudget(),
      parse: (_url, text) => parseKeySet(text),
      maxBytes: MAX_KEY_SET_BYTES,
      freshness: CLIENT_KEYS_FRESHNESS,
      now: options.now,
    });
  }

  async findKeys(
    client: Client,
    { mayFetchKeys, unknownKid = false }: KeyOptions,
  ): Promise<readonly JWK[] | 'not-fetched'> {
    if (client.jwks) return this.#inlineKeys(client, client.jwks);
    if (client.jwksUri === undefined) throw this.#refused(client, 'jwks', 'the client has no keys');
    const { hosts = {}, allowLoopback = false } = this.#options;
    const { jwksUri } = client;
    const rule = brokenFetchUrlRule(jwksUri, { allowLoopback });
    if (rule !== undefined) throw this.#refused(client, rule, 'the jwks_uri was not fetched');
    if (isBlockedHost(new URL(jwksUri).hostname, hosts)) {
      throw this.#refused(client, 'host_blocked', 'the jwks_uri was not fetched');
    }
    const maxAgeSeconds = unknownKid ? EARLY_REFRESH_SECONDS : undefined;
    if (!mayFetchKeys) return this.#cache.findFresh(jwksUri, maxAgeSeconds) ?? 'not-fetched';
    const keySet = await this.#cache.read(jwksUri, {
      isKnown: async () => isConfirmed(client, jwksUri),
      ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    });
    switch (keySet.outcome) {
      case 'found':
        return keySet.value;
      case 'refused':
        throw this.#refused(client, keySet.reason, keySet.detail);
      case 'unreachable':
        throw new UnavailableError(
          "the host of the client's jwks_uri",
          new Error(`${keySet.reason}: ${keySet.detail}`),
        );
    }
  }

  #inlineKeys(client: Client, jwks: NonNullable<Client['jwks']>): readonly JWK[] {
    const keys = parsePublicKeys(jwks);
    if (typeof keys === 'string') throw this.#refused(client, keys, 'the inline jwks');
    return keys;
  }

  #refused(client: Client, rule: string, detail: string): OAuthError {
    this.#options.log('client_refused', { clientId: client.clientId, rule, detail });
    return new OAuthError(
      'invalid_client',
      'Client authentication failed: the keys of the client are invalid. Publish a JWK Set of public keys.',
      {
        detail: `client keys, rule ${rule}: ${detail}`,
      },
    );
  }
}

/**
 * Whether the operator, or the host of the `jwks_uri` itself, confirms that the keys belong to the client. A registration
 * may name the host of another party.
 */
const isConfirmed = ({ source, clientId }: Client, jwksUri: string): boolean =>
  source === 'configured' || (source === 'document' && new URL(clientId).hostname === new URL(jwksUri).hostname);

const parseKeySet = (text: string): Parsed<readonly JWK[]> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not_json', detail: 'the key set is not valid JSON' };
  }
  const keys = parsePublicKeys(value);
  return typeof keys === 'string'
    ? { ok: false, reason: keys, detail: 'the key set of the jwks_uri' }
    : { ok: true, value: keys };
};
