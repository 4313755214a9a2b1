import type { Client, DocumentClient } from '../../core/clients/client.ts';

/** A client as /authorize finds it. */
export interface KnownClient {
  readonly client: Client;
  /** The client of a metadata document as a completed login shall store it; undefined: nothing is to be stored. */
  readonly documentClient?: DocumentClient;
}

/** Clients wherever they come from: configuration, registration, metadata documents. The first that knows one wins. */
export interface ClientResolver {
  /**
   * The client as it is known without asking anybody else: for endpoints where clients authenticate. Undefined when it
   * is unknown, gone or blocked.
   */
  findClient(clientId: string, now: number): Promise<Client | undefined>;
  /**
   * The client as it is now, for /authorize: a `client_id` that is a URL is read there. `unreachable`: its host does not
   * answer, and there is no copy. Throws OAuthError `invalid_client` for a document that breaks a rule.
   */
  findForAuthorization(clientId: string, now: number): Promise<KnownClient | 'blocked' | 'unreachable' | undefined>;
}

export interface ClientStore {
  /**
   * The client, or undefined when it is unknown or past its `expiresAt`; a blocked one is never past it. Strongly
   * consistent.
   */
  findClient(clientId: string, now: number): Promise<Client | undefined>;
  /** Stores a client; one that exists under the same id (the same metadata) only gets the later expiry. */
  putClient(client: Client): Promise<void>;
  /**
   * Stores the client of a metadata document in place of a copy that was read (`issuedAt`) no later, or is past its
   * `expiresAt`; one that is blocked stays as it is.
   */
  putDocumentClient(client: Client, now: number): Promise<void>;
  /** Replaces all that is stored of a client but its expiry. One that is gone stays gone, a blocked one as it is. */
  updateClient(client: Client): Promise<'updated' | 'gone'>;
  /** Moves the expiry to `expiresAt` (epoch seconds), never back. A client that is gone stays gone. */
  extendClient(clientId: string, expiresAt: number): Promise<void>;
  /** Removes a client; one that is gone already is no error. */
  deleteClient(clientId: string): Promise<void>;
}
