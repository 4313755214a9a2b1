import type { ProviderKind } from './kinds.ts';
import type { ProviderBehaviour } from './refresh-tokens.ts';

/** The one static client that an identity provider ever sees: Gatehouse. */
export interface UpstreamClient {
  /** The kind of provider to imitate. @default a plain OpenID provider */
  readonly kind?: ProviderKind;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly behaviour?: ProviderBehaviour;
}
