import type { Context } from 'oidc-provider';
import type { ProviderKind } from './kinds.ts';

/** What a test can change about a provider while it runs. */
export interface ProviderBehaviour {
  /** Somebody who was there and is no longer: neither refresh tokens nor the API know them. */
  readonly isRemoved?: (login: string) => boolean;
  /** @default 600 */
  readonly accessTokenSeconds?: number;
}

/** Kinds that give a refresh token for the scope alone; others want the person's consent anew. */
const SCOPE_ALONE: readonly ProviderKind[] = ['auth0', 'okta', 'entra', 'clerk'];
/** Kinds that know no such scope. */
const WITHOUT_SCOPE: readonly ProviderKind[] = ['google', 'cognito'];

const OFFLINE_ACCESS = 'offline_access';

/** Says in a way that oidc-provider keeps what it would forget: it takes the scope only together with the prompt. */
export const withOfflineRequest = (kind: ProviderKind, target: string): string => {
  const url = new URL(target, 'http://localhost');
  const scopes = (url.searchParams.get('scope') ?? '').split(' ');
  if (!SCOPE_ALONE.includes(kind) || !scopes.includes(OFFLINE_ACCESS)) return target;
  url.searchParams.set('access_type', 'offline');
  return `${url.pathname}${url.search}`;
};

/** How one kind of provider gives refresh tokens: each works once, and giving it twice ends them all. */
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
    /** Called with each grant and the request that it came from. */
    remember: (grantId: string, { params, prompts }: Context['oidc']) => {
      const isConsented = kind !== 'google' || prompts.has('consent');
      if (params?.access_type === 'offline' && isConsented) offlineGrants.add(grantId);
    },
  };
};
