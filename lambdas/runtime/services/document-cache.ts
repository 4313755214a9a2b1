import { type FreshnessBounds, freshnessSeconds } from '../../core/clients/document-freshness.ts';
import type { Clock, FetchFailure, GuardedFetch } from '../ports/index.ts';
import type { FetchBudget } from './fetch-budget.ts';

/** How long the fact that a fetch failed is remembered: not the answer, only that there is no use in asking again. */
export const FAILURE_MEMORY_SECONDS = 30;
/** Least age of a copy that is fetched again because it lacks something. */
export const EARLY_REFRESH_SECONDS = 30;
/** Documents that are kept; the one that was asked for longest ago goes first. */
const MAX_ENTRIES = 500;

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string; readonly detail: string };

export type CachedDocument<T> =
  | { readonly outcome: 'found'; readonly value: T }
  /** The host gave its answer, and it is no good document. */
  | { readonly outcome: 'refused'; readonly reason: string; readonly detail: string }
  /** `lastGood` is what the host said when it last answered; `withdrawn` that it then said that there is nothing. */
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
  /** Fetches anew although the copy is fresh, if it is as old as that. */
  readonly maxAgeSeconds?: number;
  /**
   * Whether more than this request speaks for a URL that there is no copy of. Asked before a fetch alone. No: the fetch
   * is charged to its host.
   */
  readonly isKnown?: () => Promise<boolean>;
}

/**
 * Documents by URL, in the memory of one execution environment. Errors are never kept as content
 * (draft-ietf-oauth-client-id-metadata-document-01 §4.4).
 */
export class DocumentCache<T> {
  readonly #options: DocumentCacheOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: DocumentCacheOptions<T>) {
    this.#options = options;
  }

  /** Rejects as `isKnown` does, and for nothing else. */
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

  /** The copy that `read` would answer without a fetch. */
  findFresh(url: string, maxAgeSeconds = Number.POSITIVE_INFINITY): T | undefined {
    const copy = this.#entries.get(url)?.copy;
    const isFresh = copy && this.#options.now() < Math.min(copy.freshUntil, copy.fetchedAt + maxAgeSeconds);
    return isFresh ? copy.value : undefined;
  }

  async #fetch(url: string, entry: Entry<T>, now: number, { isKnown }: ReadOptions): Promise<CachedDocument<T>> {
    const { fetch, budget, parse, maxBytes, freshness } = this.#options;
    // The limit is for URLs that anybody can make up: whoever uses it up must not stop those that are in use.
    const isCharged = entry.copy === undefined && !(await isKnown?.());
    if (isCharged && !budget.take(new URL(url).hostname, now)) {
      return unreachable(entry, { reason: 'fetch_budget', detail: 'too many fetches from this host' });
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
