/** Nobody shall be able to make us hammer a host (draft-ietf-oauth-client-id-metadata-document-01 §6.5). */
const MAX_FETCHES_PER_HOST = 10;
const WINDOW_SECONDS = 60;
/** Hosts that are remembered; the one that was asked for longest ago goes first. */
const MAX_HOSTS = 1000;

/**
 * At most ten fetches a minute for each host, whatever its port, over documents and keys together: of URLs that nothing
 * but the request speaks for. A known one is fetched every half minute at most, whoever asks for it.
 */
export class FetchBudget {
  readonly #fetches = new Map<string, readonly number[]>();

  /** Takes one fetch off the budget; false when none is left. `now` in epoch seconds. */
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
