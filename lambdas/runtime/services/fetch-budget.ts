/** Keeps callers from making this server flood a host (draft-ietf-oauth-client-id-metadata-document-01 §6.5). */
const MAX_FETCHES_PER_HOST = 10;
const WINDOW_SECONDS = 60;
/** How many hosts are remembered. The least recently used one goes first. */
const MAX_HOSTS = 1000;

/**
 * At most ten fetches of unknown URLs a minute for each host, over all its ports, documents and keys. A known URL needs no
 * budget, because the cache fetches it at most every half minute.
 */
export class FetchBudget {
  readonly #fetches = new Map<string, readonly number[]>();

  /** Takes one fetch from the budget; false when none is left. `now` in epoch seconds. */
  take(hostname: string, now: number): boolean {
    const recent = (this.#fetches.get(hostname) ?? []).filter((at) => at > now - WINDOW_SECONDS);
    const granted = recent.length < MAX_FETCHES_PER_HOST;
    this.#fetches.delete(hostname);
    this.#fetches.set(hostname, granted ? [...recent, now] : recent);
    const [oldest] = this.#fetches.keys();
    if (this.#fetches.size > MAX_HOSTS && oldest !== undefined) this.#fetches.delete(oldest);
    return granted;
  }
}
