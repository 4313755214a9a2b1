import type { Grant } from '../core/grants/grant.ts';
import { OAuthError, UnavailableError } from '../core/oauth-error.ts';
import { isIssuerOf } from '../core/upstream/provider-presets.ts';
import { endAccess, type GrantFacts } from './access.ts';
import { waitForUpstreamLease } from './after-asker.ts';
import { refreshUpstreamSession } from './ask-upstream.ts';
import type { TokenDeps } from './grant-type.ts';

/**
 * The grant with who the person is by now: where its provider has `recheck`, and its last answer is old, the provider is
 * asked (catalogue #88). Its refusal ends the grant. While it is down, or somebody else is asking it, what is stored
 * counts, up to a limit; beyond it everybody waits for the one who asks.
 * @param now epoch seconds
 * @throws OAuthError `invalid_grant` when the person is out; UnavailableError beyond the limit, when the same refresh token
 *   works again later
 */
export const revalidateGrant = async (
  deps: TokenDeps,
  grant: Grant,
  facts: GrantFacts,
  now: number,
): Promise<Grant> => {
  const provider = deps.keptProviders.get(grant.identity.identityProviderId);
  // Its id means another provider by now, which never gets to see the tokens of the former one.
  if (provider && !isIssuerOf(provider.issuer, grant.identity.issuer)) {
    return endAccess(deps, facts, 'provider_removed');
  }
  if (!provider?.recheck || now < checkedAt(grant) + deps.recheckSeconds) return grant;

  const answer = await refreshUpstreamSession(deps, provider, grant, facts, now);
  if (answer.outcome === 'confirmed') return answer.grant;
  if (answer.outcome === 'refused') return endAccess(deps, facts, 'provider_refused');
  const isWithinLimit = (known: Grant): boolean => now < checkedAt(known) + deps.recheckOutageSeconds;
  const isOld = answer.grant !== undefined && !isWithinLimit(answer.grant);
  const current = answer.outcome === 'busy' && isOld ? await waitForUpstreamLease(deps, answer.grant) : answer.grant;
  if (current?.status !== 'redeemed') throw ended();
  if (isWithinLimit(current)) return current;
  if (answer.outcome === 'impossible') return endAccess(deps, facts, 'provider_cannot_be_asked');
  throw new UnavailableError('the identity provider', 'cause' in answer ? answer.cause : undefined);
};

/** A login is a check. What was connected before `recheck` was switched on has none but that. */
const checkedAt = ({ upstream, issuedAt }: Grant): number => upstream?.checkedAt ?? issuedAt;

const ended = (): OAuthError =>
  new OAuthError('invalid_grant', 'This authorization has been ended. Start a new authorization.', {
    detail: 'revoked while the provider was being asked',
  });
