import type { Grant } from '../grants/grant.ts';
import { OFFLINE_ACCESS } from './scopes.ts';
import type { AuthorizationRequest } from './transaction.ts';

/** Whether a client could do nothing with these scopes alone. */
export const hasNoEffectiveScope = (scopes: readonly string[]): boolean => scopes.every((scope) => !isEffective(scope));

const isEffective = (scope: string): boolean => scope !== OFFLINE_ACCESS && scope !== 'email' && scope !== 'profile';

/**
 * Whether the client itself asked only for scopes that this user may not have. Required scopes that this server added are
 * then all that a grant could hold.
 *
 * @param granted those of the requested scopes that the user may have
 */
export const asksOnlyForRefusedScopes = (
  {
    scopes,
    addedScopes = [],
    impliedScopes = [],
  }: Pick<AuthorizationRequest, 'scopes' | 'addedScopes' | 'impliedScopes'>,
  granted: readonly string[],
): boolean => {
  const asked = [...scopes, ...impliedScopes].filter((scope) => isEffective(scope) && !addedScopes.includes(scope));
  return asked.length > 0 && asked.every((scope) => !granted.includes(scope));
};

/**
 * Whether every refused scope was already refused in an earlier grant, so that the request only repeats what had no success
 * (MCP authorization, "Scope Challenge Handling"). A code that was never redeemed told the client nothing.
 *
 * @param refused the requested scopes that the user may not have
 * @param earlier live grants of the same user, client and resource
 */
export const wereRefusedBefore = (
  refused: readonly string[],
  earlier: readonly Pick<Grant, 'status' | 'refusedScopes'>[],
): boolean => {
  const before = new Set(
    earlier.flatMap(({ status, refusedScopes = [] }) => (status === 'redeemed' ? refusedScopes : [])),
  );
  return refused.every((scope) => before.has(scope));
};
