import type { IdentityProviderKind } from '../../core/upstream/provider-kinds.ts';
import type { UpstreamIdp } from '../ports/index.ts';

/** An identity provider as the flows know it. */
export interface IdentityProvider {
  readonly id: string;
  readonly kind: IdentityProviderKind;
  /** As configured; of a provider for many tenants, none of them. */
  readonly issuer: string;
  readonly displayName: string;
  readonly idp: UpstreamIdp;
  /** Whether it is asked again about everybody who is connected. */
  readonly recheck?: boolean | undefined;
  /** Whether what it hands out is kept for a server's own resource client. */
  readonly keepTokens?: boolean | undefined;
}

/** The configured identity providers by id: a Map, since ids come from outside. */
export type IdentityProviders = ReadonlyMap<string, IdentityProvider>;
