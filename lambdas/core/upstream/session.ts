import type { IdentityProviderKind } from './provider-kinds.ts';

/** What an identity provider handed out with a login. Leaves this server by a token exchange alone (RFC 8693). */
export interface UpstreamTokens {
  readonly accessToken?: string;
  /** Epoch seconds; absent when the provider did not say. */
  readonly accessTokenExpiresAt?: number;
  readonly refreshToken?: string;
}

/** Tokens as they are stored, base64url: envelope encryption under a data key that KMS alone can open again. */
export interface SealedTokens {
  readonly encryptedDataKey: string;
  readonly ciphertext: string;
}

/** The tokens can never be opened again: what they were sealed under is gone, or the row was altered. */
export class UnopenableError extends Error {
  constructor(cause: unknown) {
    super('the sealed tokens can never be opened again', { cause });
    this.name = 'UnopenableError';
  }
}

/** What is kept of the identity provider beside a grant. It dies with the grant. */
export interface UpstreamState {
  /** Raised by every write, each of which happens only to the version that its writer saw. */
  readonly version: number;
  /** Epoch seconds at which the provider last vouched for the person. */
  readonly checkedAt: number;
  /** Absent when the provider gave nothing to ask it again with. */
  readonly tokens?: SealedTokens;
  /** The tokens can be handed out, but the provider does not take them as a question. */
  readonly cannotBeRefreshed?: boolean;
  /** Epoch seconds until which somebody is asking the provider. Past: whoever it was did not come back with an answer. */
  readonly leaseExpiresAt?: number;
  /** Epoch seconds until which nobody asks, since the provider was down. */
  readonly pausedUntil?: number;
  /** The provider may have used up the refresh token without our learning its successor, so its refusal proves nothing. */
  readonly outcomeIsUnknown?: boolean;
}

/** Longer than any function that asks may run: a lease never ends under its holder. */
const LEASE_SECONDS = 30;
/** While a provider is down, each connection tries it no more often than this, or than it would be asked anyway. */
const PAUSE_SECONDS = 30;
/** An access token that ends sooner is as good as expired: it still has to travel and to be used. */
const MIN_LIFE_SECONDS = 60;

/** Whether the provider's API is asked with the access token; any other is asked with the refresh token. */
const isAskedByAccessToken = (kind: IdentityProviderKind): boolean => kind === 'github';

/** Whether the provider can be asked about the person with these tokens. */
export const canBeRefreshed = ({ refreshToken }: UpstreamTokens, kind: IdentityProviderKind): boolean =>
  isAskedByAccessToken(kind) || refreshToken !== undefined;

/** What of a login's tokens is needed later, or undefined: nothing is kept that nobody will use (catalogue #169). */
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

/** The state beside a new grant. @param now epoch seconds */
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

/** Whether the provider may be asked right now, or why not. */
export const refreshability = (state: UpstreamState | undefined, now: number): 'now' | 'later' | 'never' => {
  if (state?.tokens === undefined || state.cannotBeRefreshed) return 'never';
  return now < Math.max(state.leaseExpiresAt ?? 0, state.pausedUntil ?? 0) ? 'later' : 'now';
};

/** Taken by whoever asks. A lease that was left behind means that an earlier answer was lost. */
export const withLease = (state: UpstreamState, now: number): UpstreamState => ({
  ...next(state),
  ...(state.outcomeIsUnknown === true || state.leaseExpiresAt !== undefined ? { outcomeIsUnknown: true } : {}),
  leaseExpiresAt: now + LEASE_SECONDS,
});

/** The provider vouched for the person. */
export const withCheck = (state: UpstreamState, tokens: SealedTokens, now: number): UpstreamState => {
  const { outcomeIsUnknown: _settled, ...rest } = next(state);
  return { ...rest, checkedAt: now, tokens };
};

/** The provider did not vouch for anybody, and nothing is uncertain about that. @param tokens new ones, where it gave some */
export const withPause = (
  state: UpstreamState,
  tokens: SealedTokens | undefined,
  { now, recheckSeconds }: { readonly now: number; readonly recheckSeconds: number },
): UpstreamState => ({
  ...next(state),
  ...(tokens === undefined ? {} : { tokens }),
  pausedUntil: now + Math.min(PAUSE_SECONDS, recheckSeconds),
});

/** The tokens turned out to be of no use: nobody asks with them again. */
export const withoutTokens = (state: UpstreamState): UpstreamState => {
  const { tokens: _useless, outcomeIsUnknown: _settled, ...rest } = next(state);
  return rest;
};

const next = ({ leaseExpiresAt: _lease, pausedUntil: _pause, ...state }: UpstreamState): UpstreamState => ({
  ...state,
  version: state.version + 1,
});

/** How the access token stands: `ending` ones still work, but it is time for another. @param now epoch seconds */
export const accessTokenState = (
  { accessToken, accessTokenExpiresAt }: UpstreamTokens,
  now: number,
): 'fresh' | 'ending' | 'expired' => {
  if (accessToken === undefined) return 'expired';
  if (accessTokenExpiresAt === undefined || now + MIN_LIFE_SECONDS <= accessTokenExpiresAt) return 'fresh';
  return now < accessTokenExpiresAt ? 'ending' : 'expired';
};
