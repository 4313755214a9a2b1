import type { KeyRing, PublicJwk } from '../../core/tokens/key-ring.ts';
import type { NewKey } from '../../core/tokens/key-rotation.ts';

export interface KeyRingStore {
  /** The key ring, at most `MAX_KEY_RING_AGE_SECONDS` old; undefined before the first deployment finished. */
  readKeyRing(): Promise<KeyRing | undefined>;
  /** The key ring as it is now, strongly consistent, for whoever must not miss a mark; keeps it as `readKeyRing` does. */
  readLatestKeyRing(): Promise<KeyRing | undefined>;
  /**
   * The public key of that id, or undefined. An unknown id makes the ring be read again, but not more often than once in a
   * while, since ids come from outside. Throws UnavailableError when nobody can tell whether the key exists.
   */
  findKey(kid: string): Promise<PublicJwk | undefined>;
}

/** For the function `key-ring` only, which owns the ring. */
export interface KeyRingWriter {
  /** The key ring as it is now, strongly consistent; undefined when none was stored yet. */
  readLatestKeyRing(): Promise<KeyRing | undefined>;
  /** Stores the ring if its version still is `formerVersion` (undefined: if there is none). */
  replaceKeyRing(ring: KeyRing, formerVersion: number | undefined): Promise<'replaced' | 'lost'>;
}

export interface SigningKeyMaker {
  /** A new signing key that nothing refers to yet. */
  createSigningKey(): Promise<NewKey>;
  /** Schedules the deletion of a key that no token needs. One that is on its way or gone already is no error. */
  discardSigningKey(keyArn: string): Promise<void>;
}

export interface AccessTokenSigner {
  /** A compact JWS (RFC 7515) of the claims with `typ: at+jwt`, signed by the active key of the ring (RFC 9068 §2.1). */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}
