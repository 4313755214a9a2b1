import { type FreshnessBounds, freshnessSeconds } from '../../core/clients/document-freshness.ts';
import type { Clock, FetchFailure, GuardedFetch } from '../ports/index.ts';
import type { FetchBudget } from './fetch-budget.ts';

/** For how long a failed fetch is not repeated. */
export const FAILURE_MEMORY_SECONDS = 30;
/** A copy that lacks something is fetched again once it has this age. */
export const EARLY_REFRESH_SECONDS = 30;
/** How many documents are kept. The least recently used one goes first. */
const MAX_ENTRIES = 500;

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string; readonly detail: string };

export type CachedDocument<T> =
  | { readonly outcome: 'found'; readonly value: T }
  /** The host answered, and the answer is not a valid document. */
  | { readonly outcome: 'refused'; readonly reason: string; readonly detail: string }
  /** `lastGood` is the last valid answer of the host; `withdrawn` means that its last answer was that there is none. */
  | {
      readonly outcome: 'unreachable';
      readonly reason: string;
      readonly detail: string;
      readonly lastGood?: T;
      readonly withdrawn: boolean;
    };

export interface DocumentCacheOptions<T> {
  readonly fetch: GuardedFetch;
  readonly budget: FetchBudget;
  readonly parse: (url: string, text: string) => Parsed<T>;
  readonly maxBytes: number;
  readonly freshness: FreshnessBounds;
  readonly now: Clock;
}

interface Entry<T> {
  copy?: { readonly value: T; readonly fetchedAt: number; readonly freshUntil: number };
  failure?: { readonly result: CachedDocument<T>; readonly until: number };
  withdrawn: boolean;
  pending?: Promise<CachedDocument<T>>;
}

export interface ReadOptions {
  /** Fetches again when the copy has this age, even if it is still fresh. */
  readonly maxAgeSeconds?: number;
  /**
   * Whether a URL without a copy is known from elsewhere than this request. Called only before a fetch. A fetch of an
   * unknown URL is charged to the budget of its host.
   */
  readonly isKnown?: () => Promise<boolean>;
}

/**
 * Caches documents by URL, in the memory of one execution environment. Error responses are never cached as documents
 * (draft-ietf-oauth-client-id-metadata-document-01 §4.4).
 */
export class DocumentCache<T> {
  readonly #options: DocumentCacheOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: DocumentCacheOptions<T>) {
    this.#options = options;
  }

  /** Rejects only if `isKnown` does. */
  async read(url: string, options: ReadOptions = {}): Promise<CachedDocument<T>> {
    const now = this.#options.now();
    const entry = this.#entry(url);
    const fresh = this.findFresh(url, options.maxAgeSeconds);
    if (fresh !== undefined) return { outcome: 'found', value: fresh };
    const { failure } = entry;
    if (failure && now < failure.until) return failure.result;
    // Parallel requests share one fetch.
    entry.pending ??= this.#fetch(url, entry, now, options).finally(() => {
      delete entry.pending;
    });
    return entry.pending;
  }

  /** The copy that `read` would return without a fetch, or undefined. */
  findFresh(url: string, maxAgeSeconds = Number.POSITIVE_INFINITY): T | undefined {
    const copy = this.#entries.get(url)?.copy;
    const isFresh = copy && this.#options.now() < Math.min(copy.freshUntil, copy.fetchedAt + maxAgeSeconds);
    return isFresh ? copy.value : undefined;
  }

  async #fetch(url: string, entry: Entry<T>, now: number, { isKnown }: ReadOptions): Promise<CachedDocument<T>> {
    const { fetch, budget, parse, maxBytes, freshness } = this.#options;
    // The budget is for made-up URLs: using it up must not stop clients that are in use.
    const isCharged = entry.copy === undefined && !(await isKnown?.());
    if (isCharged && !budget.take(new URL(url).hostname, now)) {
      return unreachable(entry, { reason: 'fetch_budget', detail: 'too many unknown URLs of this host in one minute' });
    }
    const fetched = await fetch(url, maxBytes);
    if (!fetched.ok) return this.#failed(entry, fetched, now);
    const parsed = parse(url, fetched.text);
    if (!parsed.ok) {
      delete entry.copy;
      return remember(entry, { outcome: 'refused', reason: parsed.reason, detail: parsed.detail }, now);
    }
    delete entry.failure;
    entry.withdrawn = false;
    entry.copy = {
      value: parsed.value,
      fetchedAt: now,
      freshUntil: now + freshnessSeconds(fetched.headers, freshness),
    };
    return { outcome: 'found', value: parsed.value };
  }

  #failed(entry: Entry<T>, { kind, reason, detail }: FetchFailure, now: number): CachedDocument<T> {
    if (kind === 'unreachable') return remember(entry, unreachable(entry, { reason, detail }), now);
    delete entry.copy;
    entry.withdrawn ||= reason === 'gone';
    return remember(entry, { outcome: 'refused', reason, detail }, now);
  }

  #entry(url: string): Entry<T> {
    const entry = this.#entries.get(url) ?? { withdrawn: false };
    this.#entries.delete(url);
    this.#entries.set(url, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    return entry;
  }
}

const unreachable = <T>(entry: Entry<T>, why: { reason: string; detail: string }): CachedDocument<T> => ({
  outcome: 'unreachable',
  ...why,
  ...(entry.copy && { lastGood: entry.copy.value }),
  withdrawn: entry.withdrawn,
});

const remember = <T>(entry: Entry<T>, result: CachedDocument<T>, now: number): CachedDocument<T> => {
  entry.failure = { result, until: now + FAILURE_MEMORY_SECONDS };
  return result;
};
