import type { TokenEndpointAuthentication } from '../../../lambdas/core/upstream/provider-kinds.ts';
import type { ProviderKind } from './kinds.ts';
import type { ProviderBehaviour } from './refresh-tokens.ts';

/** The one static client that an identity provider ever sees: Gatehouse. */
export interface UpstreamClient {
  /** The kind of provider to imitate. @default a plain OpenID provider */
  readonly kind?: ProviderKind;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** @default Basic; the imitation of GitHub takes both */
  readonly tokenEndpointAuthentication?: TokenEndpointAuthentication;
  readonly behaviour?: ProviderBehaviour;
}
