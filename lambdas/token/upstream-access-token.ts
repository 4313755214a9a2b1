import type { Grant } from '../core/grants/grant.ts';
import { OAuthError, UnavailableError } from '../core/oauth-error.ts';
import { accessTokenState, UnopenableError, type UpstreamTokens } from '../core/upstream/session.ts';
import type { IdentityProvider } from '../runtime/services/identity-providers.ts';
import { type GrantFacts, revokeAccess } from './access.ts';
import { waitForUpstreamLease } from './after-asker.ts';
import { refreshUpstreamSession } from './ask-upstream.ts';
import type { TokenDeps } from './grant-type.ts';

interface HandedOut extends UpstreamTokens {
  readonly accessToken: string;
}

/**
 * The access token of the provider, refreshed when it ends: once, however many ask at the same time. All the others take
 * the one that still works, or wait for the new one.
 * @throws OAuthError `invalid_target` when there is none any more, `invalid_request` when the provider has ended the login;
 *   UnavailableError when it is down
 */
export const currentUpstreamTokens = async (
  deps: TokenDeps,
  provider: IdentityProvider,
  grant: Grant,
  facts: GrantFacts,
): Promise<HandedOut> => {
  const kept = await keptTokens(deps, grant);
  const state = accessTokenState(kept, deps.now());
  if (state === 'fresh') return handedOut(kept);

  const answer = await refreshUpstreamSession(deps, provider, grant, facts, deps.now());
  if (answer.outcome === 'confirmed') return handedOut(answer.tokens);
  if (answer.outcome === 'refused') {
    await revokeAccess(deps, facts, 'provider_refused');
    throw new OAuthError('invalid_request', 'The identity provider has ended the login of the subject_token.');
  }
  if (state === 'ending') return handedOut(kept);
  if (answer.outcome === 'impossible') throw noneLeft();
  if (answer.outcome === 'unavailable')
    throw answer.cause instanceof UnavailableError ? answer.cause : down(answer.cause);
  return handedOut(await othersTokens(deps, answer.grant));
};

/** What the one who is refreshing gets. */
const othersTokens = async (deps: TokenDeps, busy: Grant | undefined): Promise<UpstreamTokens> => {
  const grant = await waitForUpstreamLease(deps, busy);
  if (grant?.status !== 'redeemed') {
    throw new OAuthError('invalid_request', 'The authorization of the subject_token has been ended.');
  }
  const tokens = await keptTokens(deps, grant);
  if (accessTokenState(tokens, deps.now()) === 'expired') throw down(new Error('nobody has got a new token yet'));
  return tokens;
};

const keptTokens = async (deps: TokenDeps, { grantId, upstream }: Grant): Promise<UpstreamTokens> => {
  if (upstream?.tokens === undefined) throw noneLeft();
  try {
    return (await deps.tokenVault.open(grantId, upstream.tokens)).tokens;
  } catch (error) {
    throw error instanceof UnopenableError ? noneLeft() : error;
  }
};

const handedOut = (tokens: UpstreamTokens): HandedOut => {
  const { accessToken } = tokens;
  if (accessToken === undefined) throw noneLeft();
  return { ...tokens, accessToken };
};

const noneLeft = (): OAuthError =>
  new OAuthError(
    'invalid_target',
    'There is no token of the identity provider any more: the person has to log in again.',
  );

const down = (cause: Error): UnavailableError => new UnavailableError('the identity provider', cause);
