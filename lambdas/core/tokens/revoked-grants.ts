import type { KeyRing } from './key-ring.ts';

/**
 * The grants that were revoked while their access tokens could still be valid. The authorizer reads this list together
 * with the key ring, so that it refuses such tokens (RFC 7009 §2.1, RFC 6749 §4.1.2).
 */
export interface RevokedGrants {
  /** Every change increments it. */
  readonly version: number;
  /** By grant id: when the last access token of the grant has expired, in epoch seconds. */
  readonly grants: Readonly<Record<string, number>>;
  /** Until this time, in epoch seconds, a revoked grant may be missing, because the list was full. */
  readonly incompleteUntil?: number;
  /** When no entry is needed any more, in epoch seconds. */
  readonly expiresAt: number;
}

/** The key of the list in the keys table. Functions that revoke grants may write this row only. */
export const REVOKED_GRANTS_ID = 'revoked';

/** What the authorizer keeps in memory. `revoked` is missing when no grant was revoked lately. */
export interface AuthorizerKeys extends KeyRing {
  readonly revoked?: RevokedGrants | undefined;
}

/** One entry takes about 30 bytes, so that the full list costs 8 read units. */
export const MAX_REVOKED_GRANTS = 1000;

/** Revocations that no longer fit move the end of the incomplete time by whole minutes, to save writes. */
const INCOMPLETE_STEP_SECONDS = 60;

/**
 * Adds grants to the list and drops the entries that are no longer needed. An entry that is already there stays as it
 * is, because a revoked grant yields no new token.
 *
 * @param until when the last access token of these grants has expired, in epoch seconds
 * @param now epoch seconds
 * @returns the new list, or `list` itself if there is nothing to add
 */
export const withRevokedGrants = (
  list: RevokedGrants | undefined,
  grantIds: readonly string[],
  until: number,
  now: number,
): RevokedGrants | undefined => {
  const live = Object.entries(list?.grants ?? {}).filter(([, end]) => end > now);
  const known = new Set(live.map(([grantId]) => grantId));
  const added = [...new Set(grantIds)].filter((grantId) => !known.has(grantId));
  const grants = Object.fromEntries(
    [...live, ...added.map((grantId) => [grantId, until] as const)].slice(0, MAX_REVOKED_GRANTS),
  );
  const isFull = live.length + added.length > MAX_REVOKED_GRANTS;
  const former = list?.incompleteUntil ?? 0;
  const incompleteUntil = isFull && former < until ? wholeStep(until) : former;
  if (incompleteUntil === former && !added.some((grantId) => Object.hasOwn(grants, grantId))) return list;
  return {
    version: (list?.version ?? 0) + 1,
    grants,
    ...(incompleteUntil > now ? { incompleteUntil } : {}),
    expiresAt: Math.max(incompleteUntil, ...Object.values(grants)),
  };
};

const wholeStep = (seconds: number): number => Math.ceil(seconds / INCOMPLETE_STEP_SECONDS) * INCOMPLETE_STEP_SECONDS;

/**
 * Looks a grant up in the list.
 *
 * @param now epoch seconds
 * @returns `unknown` if the list may lack revoked grants, so that only the grant's own row can tell
 */
export const findRevocation = (
  list: RevokedGrants | undefined,
  grantId: string,
  now: number,
): 'revoked' | 'not_revoked' | 'unknown' => {
  if (list === undefined) return 'not_revoked';
  if (Object.hasOwn(list.grants, grantId)) return 'revoked';
  return (list.incompleteUntil ?? 0) > now ? 'unknown' : 'not_revoked';
};
