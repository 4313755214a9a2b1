import type { IdentityProviderKind } from './core/identity-provider-presets.ts';
import type { UpstreamIdp } from './ports.ts';

/** An identity provider as the flows know it. */
export interface IdentityProvider {
  readonly id: string;
  readonly kind: IdentityProviderKind;
  readonly displayName: string;
  readonly idp: UpstreamIdp;
}

/** The configured identity providers by id: a Map, since ids come from outside. */
export type IdentityProviders = ReadonlyMap<string, IdentityProvider>;
