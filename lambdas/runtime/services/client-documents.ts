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
  /** Takes documents on `http://localhost` and `http://127.0.0.1`: for the local run only. */
  readonly allowLoopback?: boolean;
}

/** A client as it was stored when a person last logged in with it: already read, or being read beside. */
type StoredCopy = Client | undefined | Promise<Client | undefined>;

type Answered = Exclude<CachedDocument<Client>, { outcome: 'refused' }>;
interface StandIn {
  readonly client: Client;
  readonly copy: 'memory' | 'stored' | 'shipped';
}
type Unreachable = Extract<CachedDocument<Client>, { outcome: 'unreachable' }>;

/** Clients that identify themselves by the URL of their metadata document. */
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
   * The client behind a `client_id` that is a URL. Where its host does not answer: as it was when it last did, here or for
   * the last login, or else as shipped with us. Throws OAuthError `invalid_client` for a URL, a host or a document that
   * breaks a rule, and UnavailableError when there is no copy to stand in. What refused is in the log. Rejects as
   * `stored` does.
   */
  async findClient(clientId: string, stored?: StoredCopy): Promise<Client> {
    const document = await this.#read(clientId, stored);
    return document.outcome === 'found' ? document.value : this.#standIn(clientId, document, stored);
  }

  /**
   * The same for a client that is stored, as its host says it now, at most `maxAgeSeconds` ago: for its keys, where no
   * old copy may stand in. Throws OAuthError `invalid_client`, and UnavailableError when the host does not answer.
   */
  async findCurrentClient(stored: Client, maxAgeSeconds: number): Promise<Client> {
    const { clientId } = stored;
    const document = await this.#read(clientId, stored, maxAgeSeconds);
    return document.outcome === 'found' ? document.value : this.#unavailable(clientId, document);
  }

  /** The same where no host has to be asked for it. */
  findFreshClient(clientId: string, maxAgeSeconds: number): Client | undefined {
    return this.#cache.findFresh(clientId, maxAgeSeconds);
  }

  async #read(clientId: string, stored: StoredCopy, maxAgeSeconds?: number): Promise<Answered> {
    const { hosts = {}, allowLoopback = false } = this.#options;
    const rule =
      brokenClientIdUrlRule(clientId, { allowLoopback }) ?? brokenHostRule(new URL(clientId).hostname, hosts);
    if (rule !== undefined) throw this.#refused(clientId, rule, 'the client_id was not looked up');
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
    const ofLastLogin = await stored;
    if (lastGood && lastGood.issuedAt >= (ofLastLogin?.issuedAt ?? 0)) return { client: lastGood, copy: 'memory' };
    if (ofLastLogin) return { client: ofLastLogin, copy: 'stored' };
    const text = wellKnownClientDocument(clientId);
    // Older than whatever its host says.
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
      "The client's metadata document was not accepted. Its publisher must correct it, or the client must register.",
      { detail: `client metadata document, rule ${rule}: ${detail}` },
    );
  }
}
