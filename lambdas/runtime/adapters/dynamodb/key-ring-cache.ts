import { UnavailableError } from '../../../core/oauth-error.ts';
import { type KeyRing, type PublicJwk, publicKeyOf } from '../../../core/tokens/key-ring.ts';
import type { Clock } from '../../ports/index.ts';

/** No function uses an older copy, so every function rejects a withdrawn key after this time. */
export const MAX_KEY_RING_AGE_SECONDS = 60;

/** From this age, a newer copy is fetched in the background, so that no request waits for it. */
const REFRESH_AFTER_SECONDS = 30;

/** Least time between reads for unknown key ids, and between background reads while DynamoDB fails (#110). */
const COOLDOWN_SECONDS = 30;
const BACKGROUND_RETRY_SECONDS = 5;

/** Lambda can freeze an environment during a read. A read that takes longer than this is not waited for. */
const PENDING_TRUST_SECONDS = 3;

/**
 * Keeps the key ring in memory, with what a function reads beside it. In a warm environment no request waits for a read.
 */
export class KeyRingCache<Ring extends KeyRing = KeyRing> {
  readonly #load: () => Promise<Ring | undefined>;
  readonly #now: Clock;
  #copy: { readonly ring: Ring; readonly readAt: number } | undefined;
  #pending: { readonly startedAt: number; readonly ring: Promise<Ring | undefined> } | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #sought: { readonly at: number; readonly fault?: unknown } = { at: Number.NEGATIVE_INFINITY };

  constructor(load: () => Promise<Ring | undefined>, now: Clock) {
    this.#load = load;
    this.#now = now;
  }

  /**
   * Returns the ring, at most MAX_KEY_RING_AGE_SECONDS old. Undefined before the first deployment has finished.
   *
   * @throws the error of the read, when there is no copy that is young enough
   */
  async read(): Promise<Ring | undefined> {
    if (this.#copy === undefined) return this.#refreshed();
    const now = this.#now();
    const ageSeconds = now - this.#copy.readAt;
    if (ageSeconds >= MAX_KEY_RING_AGE_SECONDS) return this.#refreshed();
    if (ageSeconds >= REFRESH_AFTER_SECONDS && now - this.#startedAt >= BACKGROUND_RETRY_SECONDS) {
      // Refresh in the background. If it fails we keep serving this copy; the error surfaces once the copy is too old.
      this.#refreshed().catch(() => undefined);
    }
    return this.#copy.ring;
  }

  /** Returns the current ring, by a new read: one in progress may have started before the latest change. */
  readLatest(): Promise<Ring | undefined> {
    return this.#started(this.#now());
  }

  /**
   * Finds a public key. An unknown id causes a new read of the ring, at most once per cooldown.
   *
   * @throws UnavailableError, or the error of the read, when the key may exist but the ring could not be read
   */
  async findKey(kid: string): Promise<PublicJwk | undefined> {
    const calledAt = this.#now();
    const ring = await this.read();
    if (ring === undefined) throw new UnavailableError('key ring', new Error('no key was made yet'));
    const key = publicKeyOf(ring, kid);
    const isFresh = this.#copy !== undefined && this.#copy.readAt >= calledAt;
    if (key !== undefined || isFresh) return key;
    return this.#seek(kid, calledAt);
  }

  async #seek(kid: string, now: number): Promise<PublicJwk | undefined> {
    if (now - this.#sought.at < COOLDOWN_SECONDS) {
      // While DynamoDB does not answer, the key may exist, so the token must not be called invalid.
      const isStillUnknown = this.#copy === undefined || this.#copy.readAt <= this.#sought.at;
      if (this.#sought.fault !== undefined && isStillUnknown) throw this.#sought.fault;
      return undefined;
    }
    this.#sought = { at: now };
    try {
      const ring = await this.#refreshed();
      return ring && publicKeyOf(ring, kid);
    } catch (fault) {
      this.#sought = { at: now, fault };
      throw fault;
    }
  }

  /** One read at a time. The age of a copy counts from the start of its read. */
  #refreshed(): Promise<Ring | undefined> {
    const startedAt = this.#now();
    if (this.#pending !== undefined && startedAt - this.#pending.startedAt < PENDING_TRUST_SECONDS) {
      return this.#pending.ring;
    }
    return this.#started(startedAt);
  }

  #started(startedAt: number): Promise<Ring | undefined> {
    const ring = this.#loaded(startedAt);
    const pending = { startedAt, ring };
    this.#pending = pending;
    this.#startedAt = startedAt;
    const done = () => {
      if (this.#pending === pending) this.#pending = undefined;
    };
    ring.then(done, done);
    return ring;
  }

  async #loaded(startedAt: number): Promise<Ring | undefined> {
    const ring = await this.#load();
    if (ring !== undefined && (this.#copy === undefined || this.#copy.readAt <= startedAt)) {
      this.#copy = { ring, readAt: startedAt };
    }
    return ring;
  }
}
