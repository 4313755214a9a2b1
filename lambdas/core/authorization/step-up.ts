import type { Grant } from '../grants/grant.ts';
import { OFFLINE_ACCESS } from './scopes.ts';

/** How far back authorizations count as part of the same loop. */
const LOOP_WINDOW_SECONDS = 600;

/** A client on two machines may ask for the same scopes within that time. A third request is a loop. */
const MAX_REFUSED_GRANTS = 2;

/** Whether a client could do nothing with these scopes alone. */
export const hasNoEffectiveScope = (scopes: readonly string[]): boolean =>
  scopes.every((scope) => scope === OFFLINE_ACCESS || scope === 'email' || scope === 'profile');

/**
 * Whether a grant without the refused scopes would only make the client ask again (MCP authorization, "Scope Challenge
 * Handling"). Either it asks for new scopes and may have none of them, or it repeats a request that was refused.
 *
 * @param asked the requested scopes
 * @param granted those that the user may have, at least one fewer
 * @param earlier live grants of the same user, client and resource
 * @param now epoch seconds
 */
export const isRepeatedStepUp = (
  asked: readonly string[],
  granted: readonly string[],
  earlier: readonly Pick<Grant, 'scopes' | 'refusedScopes' | 'issuedAt'>[],
  now: number,
): boolean => {
  if (earlier.length === 0) return false;
  const askedBefore = new Set(earlier.flatMap(({ scopes, refusedScopes = [] }) => [...scopes, ...refusedScopes]));
  const newlyAsked = asked.filter((scope) => !askedBefore.has(scope));
  const newlyGranted = newlyAsked.filter((scope) => granted.includes(scope));
  if (newlyAsked.length > newlyGranted.length) return hasNoEffectiveScope(newlyGranted);
  if (newlyAsked.length > 0) return false;
  const refused = earlier.filter(
    ({ refusedScopes, issuedAt }) => refusedScopes !== undefined && issuedAt > now - LOOP_WINDOW_SECONDS,
  );
  return refused.length >= MAX_REFUSED_GRANTS;
};
