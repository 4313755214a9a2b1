import type { Context } from 'oidc-provider';
import type { ProviderKind } from './kinds.ts';

/** Behaviour of a provider that a test can change while it runs. */
export interface ProviderBehaviour {
  /** Whether a user was removed: the provider refuses their refresh tokens and API calls. */
  readonly isRemoved?: (login: string) => boolean;
  /** @default 600 */
  readonly accessTokenSeconds?: number;
}

/** Kinds that issue a refresh token for the scope alone. Others need a new consent of the user. */
const SCOPE_ALONE: readonly ProviderKind[] = ['auth0', 'okta', 'entra', 'clerk'];
/** Kinds that do not know the scope `offline_access`. */
const WITHOUT_SCOPE: readonly ProviderKind[] = ['google', 'cognito'];

const OFFLINE_ACCESS = 'offline_access';

/** Marks requests for offline access with a parameter, because oidc-provider drops the scope without `prompt=consent`. */
export const withOfflineRequest = (kind: ProviderKind, target: string): string => {
  const url = new URL(target, 'http://localhost');
  const scopes = (url.searchParams.get('scope') ?? '').split(' ');
  if (!SCOPE_ALONE.includes(kind) || !scopes.includes(OFFLINE_ACCESS)) return target;
  url.searchParams.set('access_type', 'offline');
  return `${url.pathname}${url.search}`;
};

/** How one kind of provider issues refresh tokens. Each works once, and using it twice revokes the whole family. */
export const refreshTokensOf = (kind: ProviderKind) => {
  const offlineGrants = new Set<string>();
  return {
    configuration: {
      extraParams: ['access_type'],
      scopes: ['openid', ...(WITHOUT_SCOPE.includes(kind) ? [] : [OFFLINE_ACCESS])],
      issueRefreshToken: async (
        _context: Context,
        _client: unknown,
        source: { readonly grantId?: string; readonly scopes: ReadonlySet<string> },
      ) => kind === 'cognito' || source.scopes.has(OFFLINE_ACCESS) || offlineGrants.has(source.grantId ?? ''),
      rotateRefreshToken: true,
    },
    /** Called with each grant and the request that created it. */
    remember: (grantId: string, { params, prompts }: Context['oidc']) => {
      const isConsented = kind !== 'google' || prompts.has('consent');
      if (params?.access_type === 'offline' && isConsented) offlineGrants.add(grantId);
    },
  };
};
