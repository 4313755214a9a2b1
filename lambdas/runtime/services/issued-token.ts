import {
  type AccessTokenClaims,
  assertNotBeforeMark,
  mayBeAccessToken,
  verifyAccessToken,
} from '../../core/tokens/access-token.ts';
import { AccessTokenError } from '../../core/tokens/access-token-error.ts';
import { type PublicJwk, publicKeyOf } from '../../core/tokens/key-ring.ts';
import type { KeyRingStore } from '../ports/index.ts';

interface Deps {
  readonly issuer: string;
  readonly keyRings: KeyRingStore;
}

type FindKey = (kid: string) => Promise<PublicJwk | undefined>;

/**
 * Verifies an access token of this server, for any resource. Whether it was revoked, only its grant says.
 *
 * @param now epoch seconds
 * @returns its claims, or undefined when it is not a valid token
 * @throws UnavailableError
 */
export const findAccessTokenClaims = (deps: Deps, token: string, now: number): Promise<AccessTokenClaims | undefined> =>
  verifiedClaims(deps, token, now, (kid) => deps.keyRings.findKey(kid));

/**
 * Verifies an access token like `findAccessTokenClaims`, but also finds a key that was created just now, so that
 * revocation and introspection do not call such a token invalid (RFC 7009 §2.2, RFC 7662 §2.2). A made-up token with an
 * unknown key costs one read, which is no more than a made-up refresh token costs.
 */
export const findAccessTokenClaimsOfAnyKey = (
  deps: Deps,
  token: string,
  now: number,
): Promise<AccessTokenClaims | undefined> =>
  verifiedClaims(deps, token, now, async (kid) => {
    const key = await deps.keyRings.findKey(kid);
    if (key !== undefined || !mayBeAccessToken(token, { issuer: deps.issuer, now })) return key;
    const latest = await deps.keyRings.readLatestKeyRing();
    return latest && publicKeyOf(latest, kid);
  });

const verifiedClaims = async (
  { issuer, keyRings }: Deps,
  token: string,
  now: number,
  findKey: FindKey,
): Promise<AccessTokenClaims | undefined> => {
  try {
    const claims = await verifyAccessToken(token, findKey, { issuer, now });
    assertNotBeforeMark(claims, (await keyRings.readKeyRing())?.notBefore);
    return claims;
  } catch (error) {
    if (error instanceof AccessTokenError) return undefined;
    throw error;
  }
};
