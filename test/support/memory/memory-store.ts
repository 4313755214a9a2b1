import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';

// In-memory doubles of the stores, with the semantics of ports.ts. Each counts its reads and writes, so that a test
// can compare them with the design's budget, and can be told to fail: `store.failing = true`, or only the next calls.

/** What every double can do for a test. */
export class MemoryStore {
  reads = 0;
  writes = 0;
  /** While true every call rejects with UnavailableError and changes nothing. */
  failing = false;

  protected async read(): Promise<void> {
    await this.#roundTrip();
    this.reads += 1;
  }

  protected async write(): Promise<void> {
    await this.#roundTrip();
    this.writes += 1;
  }

  /** A turn of the event loop before anything is looked at: parallel callers interleave as they would over a network. */
  async #roundTrip(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failing) throw new UnavailableError('DynamoDB');
  }
}

export const isLive = (row: { readonly expiresAt?: number }, now: number): boolean =>
  row.expiresAt === undefined || row.expiresAt > now;

/** The later of two expiries, where absent means never. */
export const laterExpiry = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : Math.max(a, b);
