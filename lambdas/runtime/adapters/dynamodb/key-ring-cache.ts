import type { NotBeforeMarks } from '../../../core/grants/not-before.ts';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { type KeyRing, type PublicJwk, publicKeyOf } from '../../../core/tokens/key-ring.ts';
import type { Clock } from '../../ports/index.ts';

/** No function acts on an older copy: keys that were withdrawn are out everywhere after this. */
export const MAX_KEY_RING_AGE_SECONDS = 60;

/** From this age on a newer copy is fetched beside the request, so that nobody waits for it. */
const REFRESH_AFTER_SECONDS = 30;

/** Reads for unknown key ids, and reads beside requests while DynamoDB fails, are this far apart (catalogue #110). */
const COOLDOWN_SECONDS = 30;
const RETRY_BESIDE_SECONDS = 5;

/** An environment may be frozen in the middle of a read: one that has been under way for longer is not waited for. */
const PENDING_TRUST_SECONDS = 3;

type Load = () => Promise<KeyRing | undefined>;

/** The key ring in memory. Warm, a request waits for nothing. */
export class KeyRingCache {
  readonly #load: Load;
  readonly #now: Clock;
  #copy: { readonly ring: KeyRing; readonly readAt: number } | undefined;
  #pending: { readonly startedAt: number; readonly ring: Promise<KeyRing | undefined> } | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #sought: { readonly at: number; readonly fault?: unknown } = { at: Number.NEGATIVE_INFINITY };

  constructor(load: Load, now: Clock) {
    this.#load = load;
    this.#now = now;
  }

  /**
   * The ring, at most MAX_KEY_RING_AGE_SECONDS old; undefined before the first deployment finished.
   * @throws whatever the read throws, when there is no copy young enough
   */
  async read(): Promise<KeyRing | undefined> {
    if (this.#copy === undefined) return this.#refreshed();
    const now = this.#now();
    const ageSeconds = now - this.#copy.readAt;
    if (ageSeconds >= MAX_KEY_RING_AGE_SECONDS) return this.#refreshed();
    if (ageSeconds >= REFRESH_AFTER_SECONDS && now - this.#startedAt >= RETRY_BESIDE_SECONDS) {
      // Beside the request. A failure shows when the copy is too old, and then to the one who needs it.
      this.#refreshed().catch(() => undefined);
    }
    return this.#copy.ring;
  }

  /** The ring as it is now: a read of its own, since one that is under way may have looked before the last change. */
  readLatest(): Promise<KeyRing | undefined> {
    return this.#started(this.#now());
  }

  /** The marks, of a ring as old as `read` gives it. @throws as `read` */
  async readMarks(): Promise<NotBeforeMarks | undefined> {
    return (await this.read())?.notBefore;
  }

  /**
   * The public key of that id, or undefined. An unknown id makes the ring be read again, at most once per cooldown.
   * @throws UnavailableError, or what the read throws, when nobody can tell whether the key exists
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
      // A new key may well exist while DynamoDB does not answer: that is no verdict on the token.
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

  /** One read at a time. A copy is as old as the start of its read. */
  #refreshed(): Promise<KeyRing | undefined> {
    const startedAt = this.#now();
    if (this.#pending !== undefined && startedAt - this.#pending.startedAt < PENDING_TRUST_SECONDS) {
      return this.#pending.ring;
    }
    return this.#started(startedAt);
  }

  #started(startedAt: number): Promise<KeyRing | undefined> {
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

  async #loaded(startedAt: number): Promise<KeyRing | undefined> {
    const ring = await this.#load();
    if (ring !== undefined && (this.#copy === undefined || this.#copy.readAt <= startedAt)) {
      this.#copy = { ring, readAt: startedAt };
    }
    return ring;
  }
}
