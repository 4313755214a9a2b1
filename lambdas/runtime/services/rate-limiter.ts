import { describeError } from '../../core/describe-error.ts';
import { counterId, type Limit, windowEnd } from '../../core/net/rate-limit-window.ts';
import { retryAfterSeconds } from '../../core/net/retry-after.ts';
import { UnavailableError } from '../../core/oauth-error.ts';
import type { CounterStore, Log } from '../ports/index.ts';

/** The most keys over their limit that one execution environment remembers. */
const MAX_KNOWN = 10_000;

export interface RateLimiterOptions {
  readonly limit: Limit;
  readonly counters: CounterStore;
  readonly log: Log;
  /**
   * From 0 to below 1.
   *
   * @default Math.random
   */
  readonly random?: () => number;
}

/** The request that is counted. `now` is epoch seconds. */
export interface HitFacts {
  readonly now: number;
  readonly requestId: string;
  readonly clientId: string;
}

/** Counts the events of a key across all execution environments, and says when there are too many. */
export class RateLimiter {
  readonly #options: RateLimiterOptions;
  /** Id of each counter over its limit, and the end of its window. Until then, nothing needs to be written. */
  readonly #over = new Map<string, number>();

  constructor(options: RateLimiterOptions) {
    this.#options = options;
  }

  /**
   * Counts one event. If the counter fails, the fault is logged and nothing is limited.
   *
   * @returns seconds to wait before the next attempt, or undefined when the limit has not been reached
   */
  async hit(key: readonly string[], { now, requestId, clientId }: HitFacts): Promise<number | undefined> {
    const { limit, counters, log, random = Math.random } = this.#options;
    const windowEndsAt = windowEnd(now, limit.windowSeconds);
    const id = counterId(limit, key, windowEndsAt);
    if (!this.#over.has(id)) {
      const count = await this.#count(() => counters.increment(id, windowEndsAt), requestId);
      if (count === undefined || count <= limit.max) return undefined;
      this.#remember(id, windowEndsAt, now);
      log('limit_hit', { requestId, clientId, limit: limit.name });
    }
    return retryAfterSeconds(random(), windowEndsAt - now);
  }

  async #count(increment: () => Promise<number>, requestId: string): Promise<number | undefined> {
    try {
      return await increment();
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      this.#options.log('limit_unknown', { requestId, limit: this.#options.limit.name, detail: describeError(error) });
      return undefined;
    }
  }

  #remember(id: string, windowEndsAt: number, now: number): void {
    if (this.#over.size >= MAX_KNOWN) {
      for (const [known, endsAt] of this.#over) if (endsAt <= now) this.#over.delete(known);
    }
    if (this.#over.size < MAX_KNOWN) this.#over.set(id, windowEndsAt);
  }
}
