import { grantableScopes, remainingScopes } from '../core/authorization/access-rules.ts';
import { impliedScopes } from '../core/authorization/scopes.ts';
import type { Grant } from '../core/grants/grant.ts';
import { OAuthError, UnavailableError } from '../core/oauth-error.ts';
import { retry } from '../core/retry.ts';
import { isIssuerOf } from '../core/upstream/provider-presets.ts';
import { type RefuseAccessTokensDeps, refuseAccessTokens } from '../runtime/services/refuse-access-tokens.ts';
import {
  type GrantLogFields,
  refreshUpstreamSession,
  waitForUpstreamLease,
} from '../runtime/services/upstream-session.ts';
import type { TokenDeps } from './grant-type.ts';

/**
 * Asks the provider whether it still vouches for the user of a grant, if it has `recheck` and its last answer is old
 * (#88). A refusal ends the grant. While the provider is down, or another request is asking it, the stored answer
 * counts until it is older than `recheckOutageSeconds`; after that, requests wait for the one that asks.
 *
 * @param now epoch seconds
 * @returns the grant with the user's current identity
 * @throws OAuthError `invalid_grant` when the user has lost access; UnavailableError when there is no recent answer, after
 *   which the same refresh token works again
 */
export const revalidateGrant = async (
  deps: TokenDeps,
  grant: Grant,
  logFields: GrantLogFields,
  now: number,
): Promise<Grant> => {
  const provider = deps.keptProviders.get(grant.identity.identityProviderId);
  // This id now names another provider, which must never see the tokens of the former one.
  if (provider && !isIssuerOf(provider.issuer, grant.identity.issuer)) {
    return await endAccess(deps, logFields, 'provider_removed');
  }
  if (!provider?.recheck || now < checkedAt(grant) + deps.recheckSeconds) return grant;

  const answer = await refreshUpstreamSession(deps, provider, grant, logFields, now);
  if (answer.outcome === 'confirmed') return answer.grant;
  if (answer.outcome === 'refused') return await endAccess(deps, logFields, 'provider_refused');
  const isWithinLimit = (known: Grant): boolean => now < checkedAt(known) + deps.recheckOutageSeconds;
  const isTooOld = answer.grant !== undefined && !isWithinLimit(answer.grant);
  const current = answer.outcome === 'busy' && isTooOld ? await waitForUpstreamLease(deps, answer.grant) : answer.grant;
  if (current?.status !== 'redeemed') throw revokedMeanwhile();
  if (isWithinLimit(current)) return current;
  if (answer.outcome === 'impossible') return await endAccess(deps, logFields, 'provider_cannot_be_asked');
  throw new UnavailableError('the identity provider', 'cause' in answer ? answer.cause : undefined);
};

/** A login counts as an answer. A grant from before `recheck` was enabled has no other. */
const checkedAt = ({ upstream, issuedAt }: Grant): number => upstream?.checkedAt ?? issuedAt;

const revokedMeanwhile = (): OAuthError =>
  new OAuthError('invalid_grant', 'This authorization has been revoked. Start a new authorization.', {
    detail: 'the grant was revoked while the provider was being asked',
  });

/**
 * The scopes that the current rules allow the user, so that a changed rule takes effect within one access token's life
 * (#89). The grant keeps the others, which return when the rules allow them again.
 *
 * @throws OAuthError `invalid_grant` when the user has lost access, and then the grant is revoked; `invalid_scope` when
 *   none of the requested scopes is left
 */
export const permittedScopes = async (
  deps: TokenDeps,
  grant: Grant,
  scopes: readonly string[],
  logFields: GrantLogFields,
): Promise<readonly string[]> => {
  const { identity } = grant;
  const kind = deps.identityProviderKinds.get(identity.identityProviderId);
  if (kind === undefined) return await endAccess(deps, logFields, 'provider_removed');
  const held = { scopes: grant.scopes, impliedScopes: impliedScopes(grant.scopes, deps.scopes) };
  const remaining = remainingScopes(identity, held, deps.access, kind);
  if (remaining === undefined) return await endAccess(deps, logFields, 'not_allowed');
  const asksForAll = grant.scopes.every((scope) => scopes.includes(scope));
  const permitted = asksForAll ? remaining : grantableScopes(identity, scopes, deps.access, kind);
  if (permitted.length === 0) {
    throw new OAuthError('invalid_scope', 'This account may no longer use any of the requested scopes.');
  }
  return permitted;
};

const ACCESS_LOST =
  'This account no longer has access. Ask the operator of this server, or start a new authorization with another account.';

/** What the client is told, by the reason that the log records. */
const DESCRIPTIONS = {
  provider_removed: ACCESS_LOST,
  not_allowed: ACCESS_LOST,
  provider_refused: 'The identity provider has ended this login. Start a new authorization.',
  provider_cannot_be_asked:
    'This account can no longer be checked with the identity provider. Start a new authorization.',
} as const;

type EndAccessDeps = Pick<TokenDeps, 'grants' | 'log'> & RefuseAccessTokensDeps;

type Reason = keyof typeof DESCRIPTIONS;

/** Revokes the grant of a user who has lost access. The provider may not repeat its refusal: hence the retry. */
export const revokeAccess = async (deps: EndAccessDeps, logFields: GrantLogFields, reason: Reason): Promise<void> => {
  await retry(() => deps.grants.revokeGrant(logFields.grantId));
  deps.log('access_ended', { ...logFields, reason });
  await retry(() => refuseAccessTokens(deps, [logFields.grantId]));
};

const endAccess = async (deps: EndAccessDeps, logFields: GrantLogFields, reason: Reason): Promise<never> => {
  await revokeAccess(deps, logFields, reason);
  throw new OAuthError('invalid_grant', DESCRIPTIONS[reason], { detail: `access ended: ${reason}` });
};
