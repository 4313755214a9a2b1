import type { IdentityProviderKind } from '../../core/upstream/provider-kinds.ts';
import type { UpstreamIdp } from '../ports/index.ts';

/** An identity provider as handlers see it. */
export interface IdentityProvider {
  readonly id: string;
  readonly kind: IdentityProviderKind;
  /** As configured; for a multi-tenant provider, the issuer without a tenant. */
  readonly issuer: string;
  readonly displayName: string;
  readonly idp: UpstreamIdp;
  /** Whether the provider is asked again about every connected user. */
  readonly recheck?: boolean | undefined;
  /** Whether the provider's tokens are kept for the resource client of an MCP server. */
  readonly keepTokens?: boolean | undefined;
}

/** The configured identity providers by id. A Map, because requests choose the id. */
export type IdentityProviders = ReadonlyMap<string, IdentityProvider>;
