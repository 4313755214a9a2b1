import type { JWK } from 'jose';
import type { ClientKeySource, KeyOptions } from '../../core/clients/assertion.ts';
import type { Client } from '../../core/clients/client.ts';
import { CLIENT_KEYS_FRESHNESS } from '../../core/clients/document-freshness.ts';
import type { OAuthError } from '../../core/oauth-error.ts';
import type { ClientDocuments } from './client-documents.ts';
import { EARLY_REFRESH_SECONDS } from './document-cache.ts';

type Documents = Pick<ClientDocuments, 'findCurrentClient' | 'findFreshClient'>;

/**
 * Public keys of any client, read at use. Nothing stored says where the keys of a metadata document's client are, so
 * the document is asked: one whose host does not answer is a fault (UnavailableError), never a reason to do without.
 */
export class CurrentClientKeys implements ClientKeySource {
  readonly #documents: Documents;
  readonly #keys: ClientKeySource;

  constructor(documents: Documents, keys: ClientKeySource) {
    this.#documents = documents;
    this.#keys = keys;
  }

  async keysOf(client: Client, options: KeyOptions = {}): Promise<readonly JWK[]> {
    if (client.source !== 'document') return this.#keys.keysOf(client, options);
    const maxAgeSeconds = options.unknownKid ? EARLY_REFRESH_SECONDS : CLIENT_KEYS_FRESHNESS.maxSeconds;
    return this.#keys.keysOf(await this.#current(client, maxAgeSeconds, options.insteadOfFetching), options);
  }

  async #current(client: Client, maxAgeSeconds: number, insteadOfFetching: OAuthError | undefined): Promise<Client> {
    if (insteadOfFetching === undefined) return this.#documents.findCurrentClient(client, maxAgeSeconds);
    const fresh = this.#documents.findFreshClient(client.clientId, maxAgeSeconds);
    if (fresh === undefined) throw insteadOfFetching;
    return fresh;
  }
}
