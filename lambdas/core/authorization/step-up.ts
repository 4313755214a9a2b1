import type { Grant } from '../grants/grant.ts';
import { OFFLINE_ACCESS } from './scopes.ts';

/** How far back authorizations count as one and the same attempt. */
const LOOP_WINDOW_SECONDS = 600;

/** A program and a second machine of it may ask for the same within that time; whoever comes third goes in circles. */
const FRUITLESS_GRANTS_ALLOWED = 2;

/** With these alone a program could do nothing. */
export const hasNoEffectiveScope = (scopes: readonly string[]): boolean =>
  scopes.every((scope) => scope === OFFLINE_ACCESS || scope === 'email' || scope === 'profile');

/**
 * Whether a grant without the refused scopes would only make the program ask again: it asks for more than before and
 * may have none of it, or it keeps asking for what was refused (MCP authorization, "Scope Challenge Handling").
 *
 * @param asked scopes of the request
 * @param granted those of them that the person may have; not all
 * @param earlier live grants of the same person, client and resource
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
  const fruitless = earlier.filter(
    ({ refusedScopes, issuedAt }) => refusedScopes !== undefined && issuedAt > now - LOOP_WINDOW_SECONDS,
  );
  return fruitless.length >= FRUITLESS_GRANTS_ALLOWED;
};
