import { type AccessPolicy, neededIdentity } from '../../core/authorization/access-rules.ts';
import type { Grant } from '../../core/grants/grant.ts';
import { UnavailableError } from '../../core/oauth-error.ts';
import { retry } from '../../core/retry.ts';
import { OutcomeUnknownError, UpstreamError } from '../../core/upstream/errors.ts';
import type { UpstreamIdentity } from '../../core/upstream/identity.ts';
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
} from '../../core/upstream/session.ts';
import type { Clock, GrantStore, Log, OpenedTokens, RenewedLogin, TokenVault } from '../ports/index.ts';
import type { IdentityProvider } from './identity-providers.ts';

/*
 * Many requests may need the same provider tokens at once, but a refresh token often works only once (#90). The request
 * that writes the next version of the grant's upstream state holds the lease and asks the provider. All times in seconds:
 *
 *   0                                      at most 10                                 30
 *   ├─ lease taken ──── provider asked ────┤                                          │ leaseExpiresAt
 *   │                                      ├─ answer: tokens stored, lease removed
 *   │                                      ├─ provider is down: lease removed, paused for at most 30
 *   │                                      ├─ refused: the caller revokes the grant, or the tokens are removed
 *   │                                      └─ no answer, or our process ended: the lease stays and expires ───┐
 *   │                                                                                 │                       │
 *   └─ other requests: `busy`. They use what is stored, or wait for at most 4.        └─ the next request takes the
 *                                                                                        lease: `outcomeIsUnknown`
 *
 * After a lease that expired, the provider may have used up a refresh token whose successor we never saw. A refusal
 * proves nothing then, so it removes the tokens but does not end the grant.
 */

const WAIT_INTERVAL_MS = 250;
const MAX_WAITS = 16;

export interface UpstreamSessionDeps {
  readonly grants: Pick<GrantStore, 'findGrant' | 'replaceUpstream'>;
  readonly tokenVault: Pick<TokenVault, 'open'>;
  readonly access: AccessPolicy;
  /** A pause after an outage is no longer than this. */
  readonly recheckSeconds: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly now: Clock;
  readonly log: Log;
}

/** The fields of every log event about a grant. */
export interface GrantLogFields {
  readonly requestId: string;
  readonly clientId: string;
  readonly grantId: string;
}

/** What the provider answered, with the grant as it is stored afterwards. */
export type UpstreamAnswer =
  | { readonly outcome: 'confirmed'; readonly grant: Grant; readonly tokens: UpstreamTokens }
  /** The provider no longer accepts the tokens. */
  | { readonly outcome: 'refused' }
  /** Another request holds the lease or has just returned it. Undefined: the grant is gone. */
  | { readonly outcome: 'busy'; readonly grant: Grant | undefined }
  | { readonly outcome: 'unavailable'; readonly grant: Grant; readonly cause: Error }
  /** We hold nothing with which to ask the provider. */
  | { readonly outcome: 'impossible'; readonly grant: Grant };

/** A grant whose lease this request holds. */
type LeasedGrant = Grant & { readonly upstream: UpstreamState };

/**
 * Asks the provider about the user of a grant and refreshes the tokens, unless another request is doing so. Stores
 * every token that the provider returns before anything else happens with it.
 *
 * @param now epoch seconds
 * @throws UnavailableError when DynamoDB fails
 */
export const refreshUpstreamSession = async (
  deps: UpstreamSessionDeps,
  provider: IdentityProvider,
  grant: Grant,
  logFields: GrantLogFields,
  now: number,
): Promise<UpstreamAnswer> => {
  const { upstream } = grant;
  const can = refreshability(upstream, now);
  if (upstream?.tokens === undefined || can === 'never') return { outcome: 'impossible', grant };
  if (can === 'later') return { outcome: 'busy', grant };
  const leased: LeasedGrant = { ...grant, upstream: withLease(upstream, now) };
  const lease = await deps.grants.replaceUpstream(grant, { upstream: leased.upstream });
  if (lease !== 'replaced') return { outcome: 'busy', grant: lease.lost };

  const answer = await askProvider(deps, provider, leased, upstream.tokens, now);
  const detail = 'cause' in answer ? { detail: describe(answer.cause) } : {};
  deps.log('upstream_rechecked', { ...logFields, identityProvider: provider.id, outcome: answer.outcome, ...detail });
  return answer;
};

/**
 * Waits until the request that holds the lease is done.
 *
 * @param busy the grant as this request last read it
 * @returns the grant as it is stored by then, or after four seconds if the lease is still held; undefined if it is gone
 * @throws UnavailableError when DynamoDB fails
 */
export const waitForUpstreamLease = async (
  { grants, sleep, now }: Pick<UpstreamSessionDeps, 'grants' | 'sleep' | 'now'>,
  busy: Grant | undefined,
): Promise<Grant | undefined> => {
  let grant = busy;
  for (let waits = 0; waits < MAX_WAITS; waits += 1) {
    if (grant === undefined || (grant.upstream?.leaseExpiresAt ?? 0) <= now()) break;
    await sleep(WAIT_INTERVAL_MS);
    grant = await grants.findGrant(grant.grantId, now());
  }
  return grant;
};

const askProvider = async (
  deps: UpstreamSessionDeps,
  provider: IdentityProvider,
  leased: LeasedGrant,
  sealed: SealedTokens,
  now: number,
): Promise<UpstreamAnswer> => {
  let opened: OpenedTokens;
  try {
    [opened] = await Promise.all([deps.tokenVault.open(leased.grantId, sealed), provider.idp.prepare()]);
  } catch (error) {
    if (error instanceof UnopenableError) return await giveUpTokens(deps, leased);
    return await pause(deps, leased, undefined, error, now);
  }

  let renewed: RenewedLogin;
  try {
    renewed = await provider.idp.renew(opened.tokens, leased.identity);
  } catch (error) {
    if (isRefusal(error)) return await refuse(deps, provider, leased);
    // The lease stays until it expires, so that the next request knows that an answer may have been lost.
    if (isOutcomeUnknown(error)) return { outcome: 'unavailable', grant: leased, cause: faultOf(error) };
    return await pause(deps, leased, undefined, error, now);
  }

  const resealed = opened.seal(neededTokens(renewed.tokens, provider) ?? renewed.tokens);
  let identity: UpstreamIdentity;
  try {
    identity = await renewed.identify();
  } catch (error) {
    if (isRefusal(error)) return await refuse(deps, provider, leased);
    return await pause(deps, leased, resealed, error, now);
  }
  const checked = {
    upstream: withCheck(leased.upstream, resealed, now),
    identity: neededIdentity(identity, leased.scopes, deps.access),
  };
  return await store(deps, leased, checked, (grant) => ({ outcome: 'confirmed', grant, tokens: renewed.tokens }));
};

/** The provider did not vouch for the user. No request asks it again for a while. */
const pause = async (
  deps: UpstreamSessionDeps,
  leased: LeasedGrant,
  tokens: SealedTokens | undefined,
  error: unknown,
  now: number,
): Promise<UpstreamAnswer> => {
  const cause = faultOf(error);
  const upstream = withPause(leased.upstream, tokens, { now, recheckSeconds: deps.recheckSeconds });
  return await store(deps, leased, { upstream }, (grant) => ({ outcome: 'unavailable', grant, cause }));
};

/** A refusal ends the grant only where the provider has `recheck`, and only if no earlier answer was lost. */
const refuse = async (
  deps: UpstreamSessionDeps,
  { recheck = false }: IdentityProvider,
  leased: LeasedGrant,
): Promise<UpstreamAnswer> =>
  recheck && leased.upstream.outcomeIsUnknown !== true ? { outcome: 'refused' } : giveUpTokens(deps, leased);

/** The tokens are useless, so they are removed and no request asks with them again. */
const giveUpTokens = (deps: UpstreamSessionDeps, leased: LeasedGrant): Promise<UpstreamAnswer> =>
  store(deps, leased, { upstream: withoutTokens(leased.upstream) }, (grant) => ({ outcome: 'impossible', grant }));

/** Stores the new state and releases the lease. New tokens may be the only ones that work from now on: hence the retry. */
const store = async (
  { grants }: UpstreamSessionDeps,
  leased: LeasedGrant,
  change: Parameters<GrantStore['replaceUpstream']>[1],
  answer: (grant: Grant) => UpstreamAnswer,
): Promise<UpstreamAnswer> => {
  const stored = await retry(() => grants.replaceUpstream(leased, change));
  return stored === 'replaced' ? answer({ ...leased, ...change }) : { outcome: 'busy', grant: stored.lost };
};

const isRefusal = (error: unknown): boolean => error instanceof UpstreamError && error.reason === 'denied';

/** There was no answer, or one that makes no sense. The provider may have used up the refresh token all the same. */
const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof OutcomeUnknownError || (error instanceof UpstreamError && error.reason === 'rejected');

/** Faults that the adapters have classified mean that the provider is unusable for now. Any other is a bug of ours. */
const faultOf = (error: unknown): Error => {
  if (error instanceof UpstreamError || error instanceof UnavailableError) return error;
  throw error;
};

const describe = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message);
