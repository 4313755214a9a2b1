import { sha256 } from '../crypto.ts';
import type { NotBeforeMarks } from '../grants/not-before.ts';

/** Public half of a signing key, as the JWK Set shows it (RFC 7517, RFC 7518 §6.3.1). */
export interface PublicJwk {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
  readonly kid: string;
  readonly alg: 'RS256';
  readonly use: 'sig';
}

/** One signing key. Its private half never leaves KMS. */
export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly keyArn: string;
  readonly publicJwk: PublicJwk;
  /**
   * `next`: published, does not sign yet. `active`: signs. `retiring`: published until its last token has expired.
   * `withdrawn`: verifies nothing any more, and is only listed until KMS has been told to delete it.
   */
  readonly state: 'next' | 'active' | 'retiring' | 'withdrawn';
  /** Epoch seconds at which the key entered its state. */
  readonly since: number;
  /** Longest lifetime of the access tokens that it signed; absent until the daily run has seen it sign. */
  readonly longestTokenSeconds?: number;
}

/** All signing keys, with a version that every change raises: data, not template. */
export interface KeyRing {
  readonly version: number;
  readonly keys: readonly SigningKey[];
  /** Whatever was issued before its mark is void. */
  readonly notBefore?: NotBeforeMarks;
}

/** The key that signs, or undefined before the first deployment finished. */
export const activeKey = (ring: KeyRing): SigningKey | undefined => ring.keys.find((key) => key.state === 'active');

const isPublished = ({ state }: SigningKey): boolean => state !== 'withdrawn';

/** The key of that id: published before it signs, and until its last token has expired. */
export const publicKeyOf = (ring: KeyRing, kid: string): PublicJwk | undefined =>
  ring.keys.find((key) => key.kid === kid && isPublished(key))?.publicJwk;

/** The JWK Set (RFC 7517 §5): public members only, one by one, whatever else a stored key may carry. */
export const jwkSet = (ring: KeyRing): { readonly keys: readonly PublicJwk[] } => ({
  keys: ring.keys
    .filter(isPublished)
    .map(({ publicJwk: { kty, n, e, kid, alg, use } }) => ({ kty, n, e, kid, alg, use })),
});

/** The public JWK of an RSA key, with its RFC 7638 thumbprint as `kid`. `n` and `e` are base64url (RFC 7518 §6.3.1). */
export const publicJwkOf = (n: string, e: string): PublicJwk => {
  const kid = sha256(JSON.stringify({ e, kty: 'RSA', n }));
  return { kty: 'RSA', n, e, kid, alg: 'RS256', use: 'sig' };
};
