import type { JWK } from 'jose';
import type { Client } from '../../core/client.ts';
import type { ClientKeySource } from '../../core/client-assertion.ts';
import { CLIENT_KEYS_FRESHNESS } from '../../core/client-document-freshness.ts';
import type { ClientDocuments } from './client-documents.ts';
import { EARLY_REFRESH_SECONDS } from './document-cache.ts';

/**
 * Public keys of any client, read at use. Nothing stored says where the keys of a metadata document's client are, so
 * the document is asked: one whose host does not answer is a fault (UnavailableError), never a reason to do without.
 */
export class CurrentClientKeys implements ClientKeySource {
  readonly #documents: Pick<ClientDocuments, 'findCurrentClient'>;
  readonly #keys: ClientKeySource;

  constructor(documents: Pick<ClientDocuments, 'findCurrentClient'>, keys: ClientKeySource) {
    this.#documents = documents;
    this.#keys = keys;
  }

  async keysOf(client: Client, options: { readonly unknownKid?: boolean } = {}): Promise<readonly JWK[]> {
    if (client.source !== 'document') return this.#keys.keysOf(client, options);
    const maxAgeSeconds = options.unknownKid ? EARLY_REFRESH_SECONDS : CLIENT_KEYS_FRESHNESS.maxSeconds;
    return this.#keys.keysOf(await this.#documents.findCurrentClient(client, maxAgeSeconds), options);
  }
}
