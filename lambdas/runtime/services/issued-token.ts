import {
  type AccessTokenClaims,
  AccessTokenError,
  assertNotBeforeMark,
  mayBeAccessToken,
  verifyAccessToken,
} from '../../core/tokens/access-token.ts';
import { type PublicJwk, publicKeyOf } from '../../core/tokens/key-ring.ts';
import type { KeyRingStore } from '../ports/index.ts';

interface Deps {
  readonly issuer: string;
  readonly keyRings: KeyRingStore;
}

type FindKey = (kid: string) => Promise<PublicJwk | undefined>;

/**
 * The claims of an access token of ours, for whichever server; undefined when it is none, or none any more. It may have
 * been revoked: only its grant knows. @param now epoch seconds @throws UnavailableError
 */
export const findAccessTokenClaims = (deps: Deps, token: string, now: number): Promise<AccessTokenClaims | undefined> =>
  verifiedClaims(deps, token, now, (kid) => deps.keyRings.findKey(kid));

/**
 * The same for who must not be told that a token is dead because its key is new (RFC 7009 §2.2, RFC 7662 §2.2). What claims
 * to be a token of ours that has not expired costs a read of its own when no key is known for it: no more than a refresh
 * token does, which anybody can make up as well.
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
