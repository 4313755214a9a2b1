import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type KeyRing, type PublicJwk, publicJwkOf, type SigningKey } from '../../../lambdas/core/tokens/key-ring.ts';
import type { AccessTokenSigner } from '../../../lambdas/runtime/ports/index.ts';
import { NOW } from '../memory/records.ts';

export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: PublicJwk;
  readonly signingKey: SigningKey;
}

/** An RSA_2048 key pair of this test run, as KMS would hold it. */
export const newTestKey = (state: SigningKey['state'] = 'active'): TestKey => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const publicJwk = publicJwkOf(n, e);
  const keyArn = `arn:aws:kms:us-east-1:000000000000:key/${publicJwk.kid.slice(0, 8)}`;
  return { privateKey, publicKey, publicJwk, signingKey: { kid: publicJwk.kid, keyArn, publicJwk, state, since: NOW } };
};

export const ringOf = (...keys: readonly TestKey[]): KeyRing => ({
  version: keys.length,
  keys: keys.map(({ signingKey }) => signingKey),
});

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A compact JWS of any header and payload: what an attacker, or KMS, could produce. */
export const signedJwt = (
  key: TestKey,
  claims: unknown,
  header: Readonly<Record<string, unknown>> = { alg: 'RS256', typ: 'at+jwt', kid: key.publicJwk.kid },
): string => {
  const signingInput = `${base64url(header)}.${base64url(claims)}`;
  return `${signingInput}.${sign('sha256', Buffer.from(signingInput), key.privateKey).toString('base64url')}`;
};

/** Signs in the process, counts, and fails on demand. */
export class LocalSigner implements AccessTokenSigner {
  readonly #key: TestKey;
  calls = 0;
  fault: Error | undefined;

  constructor(key: TestKey) {
    this.#key = key;
  }

  async sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
    this.calls += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.fault) throw this.fault;
    return signedJwt(this.#key, claims);
  }
}
