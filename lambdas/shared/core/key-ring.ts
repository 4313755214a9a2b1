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
