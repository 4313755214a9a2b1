import type { Client } from '../../core/clients/client.ts';
import { brokenClientIdUrlRule } from '../../core/clients/client-id-url.ts';
import { parseClientDocument } from '../../core/clients/document.ts';
import { CLIENT_DOCUMENT_FRESHNESS } from '../../core/clients/document-freshness.ts';
import { brokenHostRule, type DocumentHosts } from '../../core/clients/document-policy.ts';
import { WELL_KNOWN_CLIENT_IDS, wellKnownClientDocument } from '../../core/clients/well-known.ts';
import { OAuthError, UnavailableError } from '../../core/oauth-error.ts';
import type { Clock, GuardedFetch, Log } from '../ports/index.ts';
import { type CachedDocument, DocumentCache } from './document-cache.ts';
import { FetchBudget } from './fetch-budget.ts';

/** draft-ietf-oauth-client-id-metadata-document-01 §6.6. */
const MAX_DOCUMENT_BYTES = 5 * 1024;

export interface ClientDocumentsOptions {
  readonly fetch: GuardedFetch;
  readonly now: Clock;
  readonly log: Log;
  readonly hosts?: DocumentHosts;
  /** Shared with ClientKeys. */
  readonly budget?: FetchBudget;
  /** Accepts documents on `http://localhost` and `http://127.0.0.1`: for the local run only. */
  readonly allowLoopback?: boolean;
}

/** A client as stored at the last login with it: already read, or still being read. */
type StoredCopy = Client | undefined | Promise<Client | undefined>;

type Answered = Exclude<CachedDocument<Client>, { outcome: 'refused' }>;
interface StandIn {
  readonly client: Client;
  readonly copy: 'memory' | 'stored' | 'shipped';
}
type Unreachable = Extract<CachedDocument<Client>, { outcome: 'unreachable' }>;

/** Clients whose client_id is the URL of their metadata document. */
export class ClientDocuments {
  readonly #options: ClientDocumentsOptions;
  readonly #cache: DocumentCache<Client>;

  constructor(options: ClientDocumentsOptions) {
    this.#options = options;
    this.#cache = new DocumentCache({
      fetch: options.fetch,
      budget: options.budget ?? new FetchBudget(),
      parse: (url, text) => this.#parse(url, text, options.now()),
      maxBytes: MAX_DOCUMENT_BYTES,
      freshness: CLIENT_DOCUMENT_FRESHNESS,
      now: options.now,
    });
  }

  /**
   * Finds the client of a `client_id` that is a URL. If its host does not answer, the newest of these copies is used:
   * the last good answer, or the copy stored at the last login; if there is neither, the copy that is shipped with
   * Gatehouse. The log names the rule that refused a document.
   *
   * @param stored the client as stored at the last login; if it rejects, so does this call
   * @throws OAuthError `invalid_client` for a URL, a host or a document that breaks a rule
   * @throws UnavailableError when the host does not answer and there is no copy
   */
  async findClient(clientId: string, stored?: StoredCopy): Promise<Client> {
    const document = await this.#read(clientId, stored);
    return document.outcome === 'found' ? document.value : this.#standIn(clientId, document, stored);
  }

  /**
   * Finds a stored client as its host describes it now, read at most `maxAgeSeconds` ago. It serves to read the client's
   * keys, for which no older copy may be used.
   *
   * @throws OAuthError `invalid_client` for a URL, a host or a document that breaks a rule
   * @throws UnavailableError when the host does not answer
   */
  async findCurrentClient(stored: Client, maxAgeSeconds: number): Promise<Client> {
    const { clientId } = stored;
    const document = await this.#read(clientId, stored, maxAgeSeconds);
    return document.outcome === 'found' ? document.value : this.#unavailable(clientId, document);
  }

  /** The same without contacting a host; undefined when there is no copy in memory that is fresh enough. */
  findFreshClient(clientId: string, maxAgeSeconds: number): Client | undefined {
    return this.#cache.findFresh(clientId, maxAgeSeconds);
  }

  async #read(clientId: string, stored: StoredCopy, maxAgeSeconds?: number): Promise<Answered> {
    const { hosts = {}, allowLoopback = false } = this.#options;
    const rule =
      brokenClientIdUrlRule(clientId, { allowLoopback }) ?? brokenHostRule(new URL(clientId).hostname, hosts);
    if (rule !== undefined) throw this.#refused(clientId, rule, 'the document was not fetched');
    const document = await this.#cache.read(clientId, {
      isKnown: async () => WELL_KNOWN_CLIENT_IDS.includes(clientId) || (await stored) !== undefined,
      ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    });
    if (document.outcome === 'refused') throw this.#refused(clientId, document.reason, document.detail);
    return document;
  }

  async #standIn(clientId: string, document: Unreachable, stored: StoredCopy): Promise<Client> {
    const { reason, detail, lastGood, withdrawn } = document;
    const found = withdrawn ? undefined : await this.#copy(clientId, lastGood, stored);
    if (found === undefined) return this.#unavailable(clientId, document);
    this.#options.log('client_copy_used', { document: clientId, copy: found.copy, rule: reason, detail });
    return found.client;
  }

  #unavailable(clientId: string, { reason, detail }: Unreachable): never {
    this.#options.log('client_refused', { document: clientId, rule: reason, detail });
    throw new UnavailableError('the host of the client metadata document', new Error(`${reason}: ${detail}`));
  }

  async #copy(clientId: string, lastGood: Client | undefined, stored: StoredCopy): Promise<StandIn | undefined> {
    const lastUsed = await stored;
    if (lastGood && lastGood.issuedAt >= (lastUsed?.issuedAt ?? 0)) return { client: lastGood, copy: 'memory' };
    if (lastUsed) return { client: lastUsed, copy: 'stored' };
    const text = wellKnownClientDocument(clientId);
    // Read at 0, so that every answer of its host is newer.
    const shipped = text === undefined ? undefined : this.#parse(clientId, text, 0);
    return shipped?.ok ? { client: shipped.value, copy: 'shipped' } : undefined;
  }

  #parse(clientId: string, text: string, readAt: number) {
    const { allowLoopback = false } = this.#options;
    const result = parseClientDocument(clientId, text, readAt, { allowLoopback });
    return result.ok
      ? ({ ok: true, value: result.client } as const)
      : ({ ok: false, reason: result.rule, detail: result.detail } as const);
  }

  #refused(clientId: string, rule: string, detail: string): OAuthError {
    this.#options.log('client_refused', { document: clientId, rule, detail });
    return new OAuthError(
      'invalid_client',
      "The client's metadata document is invalid. Its publisher must correct it, or the client must register instead.",
      { detail: `client metadata document, rule ${rule}: ${detail}` },
    );
  }
}
