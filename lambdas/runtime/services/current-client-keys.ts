import type { JWK } from 'jose';
import type { ClientKeySource, KeyOptions } from '../../core/clients/assertion.ts';
import type { Client } from '../../core/clients/client.ts';
import { CLIENT_KEYS_FRESHNESS } from '../../core/clients/document-freshness.ts';
import type { ClientDocuments } from './client-documents.ts';
import { EARLY_REFRESH_SECONDS } from './document-cache.ts';

type Documents = Pick<ClientDocuments, 'findCurrentClient' | 'findFreshClient'>;

/**
 * Public keys of any client. Where the keys of a document client are is not stored, so its document is read first. If
 * the host of the document does not answer, the client cannot be verified: UnavailableError.
 */
export class CurrentClientKeys implements ClientKeySource {
  readonly #documents: Documents;
  readonly #keys: ClientKeySource;

  constructor(documents: Documents, keys: ClientKeySource) {
    this.#documents = documents;
    this.#keys = keys;
  }

  async findKeys(client: Client, options: KeyOptions): Promise<readonly JWK[] | 'not-fetched'> {
    if (client.source !== 'document') return this.#keys.findKeys(client, options);
    const maxAgeSeconds = options.unknownKid ? EARLY_REFRESH_SECONDS : CLIENT_KEYS_FRESHNESS.maxSeconds;
    const current = options.mayFetchKeys
      ? await this.#documents.findCurrentClient(client, maxAgeSeconds)
      : this.#documents.findFreshClient(client.clientId, maxAgeSeconds);
    return current === undefined ? 'not-fetched' : this.#keys.findKeys(current, options);
  }
}
