import {
  type AccessTokenClaims,
  AccessTokenError,
  assertNotBeforeMark,
  verifyAccessToken,
} from './core/access-token.ts';
import { type KeyRing, publicKeyOf } from './core/key-ring.ts';
import { UnavailableError } from './core/oauth-error.ts';
import type { KeyRingStore } from './ports.ts';

/**
 * The claims of an access token of ours, for whichever server; undefined when it is none, or none any more. It may have
 * been revoked: only its grant knows. @param now epoch seconds @throws UnavailableError
 */
export const findAccessTokenClaims = async (
  deps: { readonly issuer: string; readonly keyRings: KeyRingStore },
  token: string,
  now: number,
): Promise<AccessTokenClaims | undefined> => {
  let ring: KeyRing | undefined;
  const findKey = async (kid: string) => {
    ring = await deps.keyRings.readKeyRing();
    if (ring === undefined) throw new UnavailableError('key ring', new Error('no key was made yet'));
    return publicKeyOf(ring, kid);
  };
  try {
    const claims = await verifyAccessToken(token, findKey, { issuer: deps.issuer, now });
    assertNotBeforeMark(claims, ring?.notBefore);
    return claims;
  } catch (error) {
    if (error instanceof AccessTokenError) return undefined;
    throw error;
  }
};
