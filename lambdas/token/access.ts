import { grantableScopes, remainingScopes } from '../core/authorization/access-rules.ts';
import type { Grant } from '../core/grants/grant.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { retry } from '../runtime/services/retry.ts';
import type { TokenDeps } from './grant-type.ts';

/** What every event about a grant tells. */
export interface GrantFacts {
  readonly requestId: string;
  readonly clientId: string;
  readonly grantId: string;
}

/**
 * Those of the scopes that the person may have by the rules as they are now, so that a changed rule bites within one
 * access token's life (catalogue #89). The grant keeps the others: they are back when the rules are.
 * @throws OAuthError `invalid_grant` when the person may not come in any more: the grant is revoked; `invalid_scope` when
 *   nothing that was asked for is left
 */
export const permittedScopes = async (
  deps: TokenDeps,
  grant: Grant,
  scopes: readonly string[],
  facts: GrantFacts,
): Promise<readonly string[]> => {
  const { identity } = grant;
  const kind = deps.identityProviderKinds.get(identity.identityProviderId);
  if (kind === undefined) return endAccess(deps, facts, 'provider_removed');
  if (remainingScopes(identity, grant.scopes, deps.access, kind) === undefined) {
    return endAccess(deps, facts, 'not_allowed');
  }
  const permitted = grantableScopes(identity, scopes, deps.access, kind);
  if (permitted.length === 0) {
    throw new OAuthError('invalid_scope', 'This account may have none of the requested scopes any more.');
  }
  return permitted;
};

const NO_ACCESS =
  'This account has no access here any more. Ask whoever runs this server, or start a new authorization with another account.';

/** Why somebody who was let in is out: what the client is told. */
const REASONS = {
  provider_removed: NO_ACCESS,
  not_allowed: NO_ACCESS,
  provider_refused: 'The identity provider has ended this login. Start a new authorization.',
  provider_cannot_be_asked:
    'The identity provider has to be asked about this account again. Start a new authorization.',
} as const;

/** Ends the grant of somebody who may not come in any more. A provider may say so only once. */
export const revokeAccess = async (
  { grants, log }: Pick<TokenDeps, 'grants' | 'log'>,
  facts: GrantFacts,
  reason: keyof typeof REASONS,
): Promise<void> => {
  await retry(() => grants.revokeGrant(facts.grantId));
  log('access_ended', { ...facts, reason });
};

/** The same, told to the client. @throws OAuthError `invalid_grant` */
export const endAccess = async (
  deps: Pick<TokenDeps, 'grants' | 'log'>,
  facts: GrantFacts,
  reason: keyof typeof REASONS,
): Promise<never> => {
  await revokeAccess(deps, facts, reason);
  throw new OAuthError('invalid_grant', REASONS[reason], { detail: `access ended: ${reason}` });
};
