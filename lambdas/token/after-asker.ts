import type { Grant } from '../core/grants/grant.ts';
import type { TokenDeps } from './grant-type.ts';

/** How often, and for how long, somebody who is not the one that asks looks for the outcome: four seconds in all. */
const WAIT_MS = 250;
const WAIT_ATTEMPTS = 16;

/**
 * The grant once whoever is asking the provider about it has come back; as it is by then when that takes too long.
 * Undefined when it is gone. @throws UnavailableError when DynamoDB fails
 */
export const waitForUpstreamLease = async (
  { grants, sleep, now }: Pick<TokenDeps, 'grants' | 'sleep' | 'now'>,
  busy: Grant | undefined,
): Promise<Grant | undefined> => {
  let grant = busy;
  for (let attempt = 1; (grant?.upstream?.leaseExpiresAt ?? 0) > now(); attempt += 1) {
    if (grant === undefined || attempt > WAIT_ATTEMPTS) break;
    await sleep(WAIT_MS);
    grant = await grants.findGrant(grant.grantId, now());
  }
  return grant;
};
