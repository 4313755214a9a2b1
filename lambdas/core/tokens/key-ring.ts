import { sha256 } from '../crypto.ts';
import type { NotBeforeMarks } from '../grants/not-before.ts';

/** The public half of a signing key, as published in the JWK Set (RFC 7517, RFC 7518 §6.3.1). */
export interface PublicJwk {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
  readonly kid: string;
  readonly alg: 'RS256';
  readonly use: 'sig';
}

/** A signing key. Its private half never leaves KMS. */
export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly keyArn: string;
  readonly publicJwk: PublicJwk;
  /**
   * - `next`: published, but does not sign yet.
   * - `active`: signs tokens.
   * - `retiring`: published until its last token has expired.
   * - `withdrawn`: no longer verifies tokens, and is listed only until its deletion is scheduled in KMS.
   */
  readonly state: 'next' | 'active' | 'retiring' | 'withdrawn';
  /** When the key entered its state, in epoch seconds. */
  readonly since: number;
  /** The longest lifetime of the access tokens that it signed. Missing until a run has recorded it. */
  readonly longestTokenSeconds?: number;
}

/** All signing keys. They are data, not part of the template. Every change increments the version. */
export interface KeyRing {
  readonly version: number;
  readonly keys: readonly SigningKey[];
  /** Tokens and grants that were issued before a mark that applies to them are void. */
  readonly notBefore?: NotBeforeMarks;
}

/** The longest lifetime of access tokens that the configuration allows. It applies to keys without a recorded lifetime. */
export const LONGEST_TOKEN_SECONDS = 86_400;

/** Returns the key that signs, or undefined before the first deployment has finished. */
export const activeKey = (ring: KeyRing): SigningKey | undefined => ring.keys.find((key) => key.state === 'active');

const isPublished = ({ state }: SigningKey): boolean => state !== 'withdrawn';

/** Returns the public key with this id, or undefined if the key ring does not publish it. */
export const publicKeyOf = (ring: KeyRing, kid: string): PublicJwk | undefined =>
  ring.keys.find((key) => key.kid === kid && isPublished(key))?.publicJwk;

/** Returns the longest lifetime of any access token that may be valid now, even if the configured one was lowered. */
export const longestTokenSeconds = (ring: KeyRing | undefined): number => {
  const signers = ring?.keys.filter(({ state }) => state === 'active' || state === 'retiring') ?? [];
  if (signers.length === 0) return LONGEST_TOKEN_SECONDS;
  return Math.max(...signers.map((key) => key.longestTokenSeconds ?? LONGEST_TOKEN_SECONDS));
};

/** Returns the JWK Set (RFC 7517 §5). It copies only the public members, even if a stored key has others. */
export const jwkSet = (ring: KeyRing): { readonly keys: readonly PublicJwk[] } => ({
  keys: ring.keys
    .filter(isPublished)
    .map(({ publicJwk: { kty, n, e, kid, alg, use } }) => ({ kty, n, e, kid, alg, use })),
});

/**
 * Returns the public JWK of an RSA key, with its RFC 7638 thumbprint as `kid`.
 *
 * @param n the modulus, base64url (RFC 7518 §6.3.1)
 * @param e the exponent, base64url
 */
export const publicJwkOf = (n: string, e: string): PublicJwk => {
  const kid = sha256(JSON.stringify({ e, kty: 'RSA', n }));
  return { kty: 'RSA', n, e, kid, alg: 'RS256', use: 'sig' };
};
