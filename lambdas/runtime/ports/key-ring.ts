import type { KeyRing, PublicJwk } from '../../core/tokens/key-ring.ts';
import type { NewKey } from '../../core/tokens/key-rotation.ts';

export interface KeyRingStore {
  /** The key ring, at most `MAX_KEY_RING_AGE_SECONDS` old; undefined before the first deployment finished. */
  readKeyRing(): Promise<KeyRing | undefined>;
  /** The current key ring, strongly consistent, for callers that must see every mark. It refreshes the cached copy too. */
  readLatestKeyRing(): Promise<KeyRing | undefined>;
  /**
   * Finds a public key. An unknown id causes a new read of the ring. Ids come from outside, so such reads are limited.
   *
   * @throws UnavailableError when the ring could not be read, so that the key may exist
   */
  findKey(kid: string): Promise<PublicJwk | undefined>;
}

/** The list of revoked grants, which the authorizer reads together with the key ring. */
export interface RevokedGrantStore {
  /**
   * Adds grants, by one conditional write. It drops expired entries, keeps those that other requests add meanwhile, and
   * notes until when the list is incomplete if it has no room. Nothing is written if all are listed.
   *
   * @param until when the last access token of the grants has expired, in epoch seconds
   */
  addRevokedGrants(grantIds: readonly string[], until: number, now: number): Promise<void>;
}

/** For the function `key-ring` only, which owns the ring. */
export interface KeyRingWriter {
  /** The current key ring, strongly consistent. Undefined when none has been stored yet. */
  readLatestKeyRing(): Promise<KeyRing | undefined>;
  /** Stores the ring if the stored version still is `formerVersion`, or if there is none and it is undefined. */
  replaceKeyRing(ring: KeyRing, formerVersion: number | undefined): Promise<'replaced' | 'lost'>;
}

export interface SigningKeyMaker {
  /** Creates a signing key that nothing refers to yet. */
  createSigningKey(): Promise<NewKey>;
  /** Schedules the deletion of a key that no token needs. It is no error when the key is already deleted or scheduled. */
  discardSigningKey(keyArn: string): Promise<void>;
}

export interface AccessTokenSigner {
  /** Returns the claims as a compact JWS (RFC 7515) with `typ: at+jwt` (RFC 9068 §2.1), signed by the active key. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}
