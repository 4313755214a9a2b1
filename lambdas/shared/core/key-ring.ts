import { sha256 } from './digest.ts';

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
  /** `next`: published, does not sign yet. `active`: signs. `retiring`: published until its last token has expired. */
  readonly state: 'next' | 'active' | 'retiring';
  /** Epoch seconds at which the key entered its state. */
  readonly since: number;
}

/** All signing keys, with a version that every change raises: data, not template. */
export interface KeyRing {
  readonly version: number;
  readonly keys: readonly SigningKey[];
}

/** The key that signs, or undefined before the first deployment finished. */
export const activeKey = (ring: KeyRing): SigningKey | undefined => ring.keys.find((key) => key.state === 'active');

/** The key of that id, in whatever state: published before it signs, and until its last token has expired. */
export const publicKeyOf = (ring: KeyRing, kid: string): PublicJwk | undefined =>
  ring.keys.find((key) => key.kid === kid)?.publicJwk;

/** The JWK Set (RFC 7517 §5): public members only, one by one, whatever else a stored key may carry. */
export const jwkSet = (ring: KeyRing): { readonly keys: readonly PublicJwk[] } => ({
  keys: ring.keys.map(({ publicJwk: { kty, n, e, kid, alg, use } }) => ({ kty, n, e, kid, alg, use })),
});

/** The public JWK of an RSA key, with its RFC 7638 thumbprint as `kid`. `n` and `e` are base64url (RFC 7518 §6.3.1). */
export const publicJwkOf = (n: string, e: string): PublicJwk => {
  const kid = sha256(JSON.stringify({ e, kty: 'RSA', n }));
  return { kty: 'RSA', n, e, kid, alg: 'RS256', use: 'sig' };
};

/** A key that KMS has just made. */
export interface NewKey {
  readonly keyArn: string;
  readonly publicJwk: PublicJwk;
}

/** What the ring needs next. `ringWith` gives the ring to store once the key exists. */
export type RingStep =
  | { readonly step: 'none' }
  | { readonly step: 'create_key'; readonly ringWith: (key: NewKey) => KeyRing };

/**
 * Decides the ring's next step. For now there is one: a ring without a key that signs gets its first.
 * @param ring undefined when none was stored yet
 * @param now epoch seconds
 */
export const nextRing = (ring: KeyRing | undefined, now: number): RingStep => {
  if (ring !== undefined && activeKey(ring) !== undefined) return { step: 'none' };
  return {
    step: 'create_key',
    ringWith: ({ keyArn, publicJwk }) => ({
      version: (ring?.version ?? 0) + 1,
      keys: [...(ring?.keys ?? []), { kid: publicJwk.kid, keyArn, publicJwk, state: 'active', since: now }],
    }),
  };
};
