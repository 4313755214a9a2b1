import type { Client, DocumentClient } from '../../core/clients/client.ts';

/** A client that /authorize found. */
export interface KnownClient {
  readonly client: Client;
  /** The client of a metadata document, to be stored when the login completes. Undefined: there is nothing to store. */
  readonly documentClient?: DocumentClient;
}

/** Finds clients of every source: configuration, registration and metadata documents. */
export interface ClientResolver {
  /**
   * Finds a client without contacting another host: for endpoints where clients authenticate. Undefined when it is
   * unknown, gone or blocked.
   */
  findClient(clientId: string, now: number): Promise<Client | undefined>;
  /**
   * Finds a client for /authorize. If the `client_id` is a URL, its document is read. `unreachable` means that the host
   * does not answer and there is no copy.
   *
   * @throws OAuthError `invalid_client` for a document that breaks a rule
   */
  findForAuthorization(clientId: string, now: number): Promise<KnownClient | 'blocked' | 'unreachable' | undefined>;
}

export interface ClientStore {
  /**
   * The client, or undefined when it is unknown or past its `expiresAt`. A blocked client never expires. The read is
   * strongly consistent.
   */
  findClient(clientId: string, now: number): Promise<Client | undefined>;
  /** Stores a client. If the id exists, which means the same metadata, only its expiry is moved, and never back. */
  putClient(client: Client): Promise<void>;
  /**
   * Stores the client of a metadata document. It replaces a copy that was read (`issuedAt`) no later, or is past its
   * `expiresAt`. A blocked client stays as it is.
   */
  putDocumentClient(client: Client, now: number): Promise<void>;
  /** Replaces a client except for its expiry. A deleted client stays deleted, and a blocked one stays as it is. */
  updateClient(client: Client): Promise<'updated' | 'gone'>;
  /** Moves the expiry to `expiresAt` (epoch seconds), never back. A deleted client stays deleted. */
  extendClient(clientId: string, expiresAt: number): Promise<void>;
  /** Deletes a client. It is no error if the client is already gone. */
  deleteClient(clientId: string): Promise<void>;
}
