import { neededIdentity } from '../core/authorization/access-rules.ts';
import type { Grant } from '../core/grants/grant.ts';
import { UnavailableError } from '../core/oauth-error.ts';
import { OutcomeUnknownError, UpstreamError } from '../core/upstream/errors.ts';
import type { UpstreamIdentity } from '../core/upstream/identity.ts';
import {
  neededTokens,
  refreshability,
  type SealedTokens,
  UnopenableError,
  type UpstreamState,
  type UpstreamTokens,
  withCheck,
  withLease,
  withoutTokens,
  withPause,
} from '../core/upstream/session.ts';
import type { OpenedTokens, RenewedLogin } from '../runtime/ports/index.ts';
import type { IdentityProvider } from '../runtime/services/identity-providers.ts';
import { retry } from '../runtime/services/retry.ts';
import type { GrantFacts } from './access.ts';
import type { TokenDeps } from './grant-type.ts';

/** What came of asking an identity provider about the person of a grant, with the grant as it is stored by then. */
export type UpstreamAnswer =
  | { readonly outcome: 'confirmed'; readonly grant: Grant; readonly tokens: UpstreamTokens }
  /** It does not honour the tokens any more. */
  | { readonly outcome: 'refused' }
  /** Somebody else is asking, or has just asked; undefined: the grant is gone. */
  | { readonly outcome: 'busy'; readonly grant: Grant | undefined }
  | { readonly outcome: 'unavailable'; readonly grant: Grant; readonly cause: Error }
  /** There is nothing to ask it with. */
  | { readonly outcome: 'impossible'; readonly grant: Grant };

/** A grant whose lease we hold. */
interface Asked {
  readonly grant: Grant;
  readonly state: UpstreamState;
}

/**
 * Asks the provider, if nobody else does: one-time refresh tokens are seen once, however many refresh at the same time
 * (catalogue #90). Whatever the provider hands out is stored before anything else is done with it.
 * @param now epoch seconds @throws UnavailableError when DynamoDB fails
 */
export const refreshUpstreamSession = async (
  deps: TokenDeps,
  provider: IdentityProvider,
  grant: Grant,
  facts: GrantFacts,
  now: number,
): Promise<UpstreamAnswer> => {
  const can = refreshability(grant.upstream, now);
  if (grant.upstream === undefined || can === 'never') return { outcome: 'impossible', grant };
  if (can === 'later') return { outcome: 'busy', grant };
  const state = withLease(grant.upstream, now);
  const leased = await deps.grants.replaceUpstream(grant, { upstream: state });
  if (leased !== 'replaced') return { outcome: 'busy', grant: leased.lost };

  const answer = await ask(deps, provider, { grant: { ...grant, upstream: state }, state }, now);
  const detail = 'cause' in answer ? { detail: describe(answer.cause) } : {};
  deps.log('upstream_rechecked', { ...facts, identityProvider: provider.id, outcome: answer.outcome, ...detail });
  return answer;
};

const ask = async (deps: TokenDeps, provider: IdentityProvider, asked: Asked, now: number): Promise<UpstreamAnswer> => {
  const { grant, state } = asked;
  const { tokens: sealed } = state;
  if (sealed === undefined) return { outcome: 'impossible', grant };
  let opened: OpenedTokens;
  let renewed: RenewedLogin;
  try {
    [opened] = await Promise.all([deps.tokenVault.open(grant.grantId, sealed), provider.idp.prepare()]);
  } catch (error) {
    if (error instanceof UnopenableError) return impossible(deps, asked);
    return paused(deps, asked, undefined, error, now);
  }
  try {
    renewed = await provider.idp.renew(opened.tokens, grant.identity);
  } catch (error) {
    if (isRefusal(error)) return refused(deps, provider, asked);
    // The lease stays and runs out: whoever comes after it knows that an answer may have been lost.
    if (outcomeIsUnknown(error)) return { outcome: 'unavailable', grant, cause: faultOf(error) };
    return paused(deps, asked, undefined, error, now);
  }
  const resealed = opened.seal(neededTokens(renewed.tokens, provider) ?? renewed.tokens);
  let identity: UpstreamIdentity;
  try {
    identity = await renewed.identify();
  } catch (error) {
    if (isRefusal(error)) return refused(deps, provider, asked);
    return paused(deps, asked, resealed, error, now);
  }
  const checked = {
    upstream: withCheck(state, resealed, now),
    identity: neededIdentity(identity, grant.scopes, deps.access),
  };
  const lost = await stored(deps, grant, checked);
  if (lost) return { outcome: 'busy', grant: lost.lost };
  return { outcome: 'confirmed', grant: { ...grant, ...checked }, tokens: renewed.tokens };
};

/** Nobody vouched for the person, and nobody tries again for a while. */
const paused = async (
  deps: TokenDeps,
  { grant, state }: Asked,
  tokens: SealedTokens | undefined,
  error: unknown,
  now: number,
): Promise<UpstreamAnswer> => {
  const cause = faultOf(error);
  const upstream = withPause(state, tokens, { now, recheckSeconds: deps.recheckSeconds });
  const lost = await stored(deps, grant, { upstream });
  if (lost) return { outcome: 'busy', grant: lost.lost };
  return { outcome: 'unavailable', grant: { ...grant, upstream }, cause };
};

/**
 * Only with `recheck` does a refusal put anybody out, and not where it proves nothing, since we may have lost the token
 * that would have been honoured.
 */
const refused = async (
  deps: TokenDeps,
  { recheck = false }: IdentityProvider,
  asked: Asked,
): Promise<UpstreamAnswer> =>
  recheck && asked.state.outcomeIsUnknown !== true ? { outcome: 'refused' } : impossible(deps, asked);

/** The tokens are of no use, and nobody asks with them again. */
const impossible = async (deps: TokenDeps, { grant, state }: Asked): Promise<UpstreamAnswer> => {
  const upstream = withoutTokens(state);
  const lost = await stored(deps, grant, { upstream });
  return lost ? { outcome: 'busy', grant: lost.lost } : { outcome: 'impossible', grant: { ...grant, upstream } };
};

/** New tokens may be the only ones that work from now on. */
const stored = async (
  { grants }: TokenDeps,
  grant: Grant,
  change: Parameters<TokenDeps['grants']['replaceUpstream']>[1],
): Promise<{ lost: Grant | undefined } | undefined> => {
  const outcome = await retry(() => grants.replaceUpstream(grant, change));
  return outcome === 'replaced' ? undefined : outcome;
};

const isRefusal = (error: unknown): boolean => error instanceof UpstreamError && error.reason === 'denied';

/** No answer, or one that makes no sense: the refresh token may have been used up all the same. */
const outcomeIsUnknown = (error: unknown): boolean =>
  error instanceof OutcomeUnknownError || (error instanceof UpstreamError && error.reason === 'rejected');

/** What only means that the provider cannot be relied on just now, as adapters sort it; what they did not sort is a fault of our own. */
const faultOf = (error: unknown): Error => {
  if (error instanceof UpstreamError || error instanceof UnavailableError) return error;
  throw error;
};

const describe = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message);
