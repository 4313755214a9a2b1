import { MAX_CLOCK_SKEW_SECONDS } from '../../core/tokens/access-token.ts';
import { longestTokenSeconds } from '../../core/tokens/key-ring.ts';
import type { Clock, KeyRingStore, RevokedGrantStore } from '../ports/index.ts';

export interface RefuseAccessTokensDeps {
  readonly keyRings: Pick<KeyRingStore, 'readKeyRing'>;
  readonly revokedGrants: RevokedGrantStore;
  readonly now: Clock;
}

/**
 * Makes the authorizer refuse the access tokens of grants within a minute (RFC 7009 §2.1, RFC 6749 §4.1.2). Revoke the
 * grants first: then no token is issued after the entry, and the entry outlives all that were issued before. It is
 * idempotent, so it completes a revocation whose first attempt failed here.
 *
 * @throws UnavailableError
 */
export const refuseAccessTokens = async (
  { keyRings, revokedGrants, now }: RefuseAccessTokensDeps,
  grantIds: readonly string[],
): Promise<void> => {
  if (grantIds.length === 0) return;
  const lifeSeconds = longestTokenSeconds(await keyRings.readKeyRing());
  await revokedGrants.addRevokedGrants(grantIds, now() + lifeSeconds + MAX_CLOCK_SKEW_SECONDS, now());
};
