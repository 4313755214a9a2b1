import type { IdentityProviderKind } from './provider-kinds.ts';

/** The tokens that an identity provider issued with a login. They leave this server only by token exchange (RFC 8693). */
export interface UpstreamTokens {
  readonly accessToken?: string;
  /** Epoch seconds; absent when the provider did not say. */
  readonly accessTokenExpiresAt?: number;
  readonly refreshToken?: string;
}

/** Tokens as stored, in base64url: envelope encryption under a data key that only KMS can decrypt. */
export interface SealedTokens {
  readonly encryptedDataKey: string;
  readonly ciphertext: string;
}

/** The tokens can never be opened again, because the key is gone or the row was altered. */
export class UnopenableError extends Error {
  constructor(cause: unknown) {
    super('the sealed tokens can never be opened again', { cause });
    this.name = 'UnopenableError';
  }
}

/** The provider's tokens and last answer, stored in the grant and deleted with it. */
export interface UpstreamState {
  /** Incremented by every write. A write succeeds only if the version is the one that its writer read. */
  readonly version: number;
  /** Epoch seconds at which the provider last confirmed the user. */
  readonly checkedAt: number;
  /** Absent when we hold no tokens with which to ask the provider again. */
  readonly tokens?: SealedTokens;
  /** The tokens can be exchanged, but there is no refresh token with which to ask the provider. */
  readonly cannotBeRefreshed?: boolean;
  /** Epoch seconds until which one request may ask the provider. If past: that request never stored an answer. */
  readonly leaseExpiresAt?: number;
  /** Epoch seconds until which no request asks, because the provider was down. */
  readonly pausedUntil?: number;
  /** The refresh token may be used up and its successor lost, so a refusal proves nothing. */
  readonly outcomeIsUnknown?: boolean;
}

/** Longer than the timeout of any function that asks, so that a lease never expires while its holder runs. */
const LEASE_SECONDS = 30;
/** While a provider is down, each grant tries it no more often than this, unless `recheckSeconds` is shorter. */
const PAUSE_SECONDS = 30;
/** An access token that expires sooner is refreshed, because the backend still has to use it. */
const MIN_LIFE_SECONDS = 60;

/** GitHub is asked with the access token, every other provider with the refresh token. */
const isAskedByAccessToken = (kind: IdentityProviderKind): boolean => kind === 'github';

/** Whether these tokens suffice to ask the provider about the user. */
export const canBeRefreshed = ({ refreshToken }: UpstreamTokens, kind: IdentityProviderKind): boolean =>
  isAskedByAccessToken(kind) || refreshToken !== undefined;

/** The tokens of a login that are needed later, or undefined. No other token is stored (#169). */
export const neededTokens = (
  tokens: UpstreamTokens,
  provider: {
    readonly kind: IdentityProviderKind;
    readonly recheck?: boolean | undefined;
    readonly keepTokens?: boolean | undefined;
  },
): UpstreamTokens | undefined => {
  const { accessToken, refreshToken } = tokens;
  if (provider.keepTokens && accessToken !== undefined) return tokens;
  if (!provider.recheck) return undefined;
  if (isAskedByAccessToken(provider.kind)) return tokens;
  return refreshToken === undefined ? undefined : { refreshToken };
};

/** The state stored with a new grant. @param now epoch seconds */
export const newUpstreamState = (
  tokens: SealedTokens | undefined,
  { canBeRefreshed }: { readonly canBeRefreshed: boolean },
  now: number,
): UpstreamState => ({
  version: 1,
  checkedAt: now,
  ...(tokens === undefined ? {} : { tokens }),
  ...(tokens === undefined || canBeRefreshed ? {} : { cannotBeRefreshed: true }),
});

/** Whether this request may ask the provider now. @param now epoch seconds */
export const refreshability = (state: UpstreamState | undefined, now: number): 'now' | 'later' | 'never' => {
  if (state?.tokens === undefined || state.cannotBeRefreshed) return 'never';
  return now < Math.max(state.leaseExpiresAt ?? 0, state.pausedUntil ?? 0) ? 'later' : 'now';
};

/** Takes the lease. If an expired lease is still there, an earlier answer was lost. @param now epoch seconds */
export const withLease = (state: UpstreamState, now: number): UpstreamState => ({
  ...next(state),
  ...(state.outcomeIsUnknown === true || state.leaseExpiresAt !== undefined ? { outcomeIsUnknown: true } : {}),
  leaseExpiresAt: now + LEASE_SECONDS,
});

/** The provider confirmed the user. @param now epoch seconds */
export const withCheck = (state: UpstreamState, tokens: SealedTokens, now: number): UpstreamState => {
  const { outcomeIsUnknown: _settled, ...rest } = next(state);
  return { ...rest, checkedAt: now, tokens };
};

/**
 * The provider did not confirm the user, and no answer was lost.
 *
 * @param tokens new tokens, if the provider issued any
 */
export const withPause = (
  state: UpstreamState,
  tokens: SealedTokens | undefined,
  { now, recheckSeconds }: { readonly now: number; readonly recheckSeconds: number },
): UpstreamState => ({
  ...next(state),
  ...(tokens === undefined ? {} : { tokens }),
  pausedUntil: now + Math.min(PAUSE_SECONDS, recheckSeconds),
});

/** The tokens are useless, so no request asks with them again. */
export const withoutTokens = (state: UpstreamState): UpstreamState => {
  const { tokens: _useless, outcomeIsUnknown: _settled, ...rest } = next(state);
  return rest;
};

const next = ({ leaseExpiresAt: _lease, pausedUntil: _pause, ...state }: UpstreamState): UpstreamState => ({
  ...state,
  version: state.version + 1,
});

/** The state of the access token. While `ending` it still works, but is due for a refresh. @param now epoch seconds */
export const accessTokenState = (
  { accessToken, accessTokenExpiresAt }: UpstreamTokens,
  now: number,
): 'fresh' | 'ending' | 'expired' => {
  if (accessToken === undefined) return 'expired';
  if (accessTokenExpiresAt === undefined || now + MIN_LIFE_SECONDS <= accessTokenExpiresAt) return 'fresh';
  return now < accessTokenExpiresAt ? 'ending' : 'expired';
};
