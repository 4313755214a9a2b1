import { CLIENT_ID } from '../../core/authorization/request.ts';
import type { Client, DocumentClient } from '../../core/clients/client.ts';
import { isClientIdUrl } from '../../core/clients/client-id-url.ts';
import { type DocumentHosts, isBlockedHost } from '../../core/clients/document-policy.ts';
import type { RedirectUriLimits } from '../../core/clients/redirect-uri.ts';
import { allowedRedirectUris } from '../../core/clients/registration-policy.ts';
import { UnavailableError } from '../../core/oauth-error.ts';
import type { ClientResolver, ClientStore, KnownClient } from '../ports/index.ts';

export interface LayeredClientResolverOptions {
  /** Clients of the configuration, which the operator trusts, by client id. */
  readonly configured: ReadonlyMap<string, Client>;
  readonly store: Pick<ClientStore, 'findClient'>;
  readonly hosts?: DocumentHosts;
  /** What new logins of registered clients are narrowed to. Those that are connected stay connected. */
  readonly registration?: RedirectUriLimits | undefined;
  /** Without it, clients of metadata documents start no new login. Those that are connected stay connected. */
  readonly documents?: { findClient(clientId: string, stored: Promise<Client | undefined>): Promise<Client> };
}

/** Looks a client up in the configuration first, then in metadata documents, then among registered clients. */
export class LayeredClientResolver implements ClientResolver {
  readonly #options: LayeredClientResolverOptions;

  constructor(options: LayeredClientResolverOptions) {
    this.#options = options;
  }

  /** One read and no fetch: the client of a metadata document is returned as stored at the last login. */
  async findClient(clientId: string, now: number): Promise<Client | undefined> {
    const configured = this.#options.configured.get(clientId);
    if (configured) return configured;
    if (!CLIENT_ID.test(clientId) || this.#isOfBlockedHost(clientId)) return undefined;
    const client = await this.#options.store.findClient(clientId, now);
    return client?.blocked ? undefined : client;
  }

  async findForAuthorization(
    clientId: string,
    now: number,
  ): Promise<KnownClient | 'blocked' | 'unreachable' | undefined> {
    const { configured, store, documents } = this.#options;
    const client = configured.get(clientId);
    if (client) return { client };
    if (!CLIENT_ID.test(clientId)) return undefined;
    if (this.#isOfBlockedHost(clientId)) return 'blocked';
    if (isClientIdUrl(clientId)) return documents && findDocumentClient(documents, store, clientId, now);
    const stored = await store.findClient(clientId, now);
    return stored?.blocked ? 'blocked' : stored && { client: this.#narrowed(stored) };
  }

  #narrowed(client: Client): Client {
    const { registration } = this.#options;
    if (registration === undefined) return client;
    return { ...client, redirectUris: allowedRedirectUris(client.redirectUris, registration) };
  }

  #isOfBlockedHost(clientId: string): boolean {
    if (!isClientIdUrl(clientId)) return false;
    const hostname = URL.parse(clientId)?.hostname;
    return hostname !== undefined && isBlockedHost(hostname, this.#options.hosts ?? {});
  }
}

const findDocumentClient = async (
  documents: NonNullable<LayeredClientResolverOptions['documents']>,
  store: LayeredClientResolverOptions['store'],
  clientId: string,
  now: number,
): Promise<KnownClient | 'blocked' | 'unreachable'> => {
  const storedCopy = store.findClient(clientId, now);
  const [stored, client] = await Promise.all([
    storedCopy,
    documents.findClient(clientId, storedCopy).catch((error: unknown) => {
      if (error instanceof UnavailableError) return 'unreachable' as const;
      throw error;
    }),
  ]);
  if (stored?.blocked) return 'blocked';
  if (client === 'unreachable') return 'unreachable';
  const documentClient = withoutKeys(client);
  if (stored === undefined || !isSame(stored, documentClient)) return { client, documentClient };
  return { client: stored.expiresAt === undefined ? client : { ...client, expiresAt: stored.expiresAt } };
};

const withoutKeys = ({ jwks: _jwks, jwksUri: _jwksUri, expiresAt: _expiresAt, ...client }: Client): DocumentClient =>
  client;

/** Compares what a document can say. When it was read does not matter. */
const isSame = (stored: Client, described: DocumentClient): boolean => comparable(stored) === comparable(described);

const comparable = (client: DocumentClient): string =>
  JSON.stringify([
    client.source,
    client.clientName,
    client.redirectUris,
    client.grantTypes,
    client.tokenEndpointAuthMethods,
    client.tokenEndpointAuthSigningAlg,
  ]);
