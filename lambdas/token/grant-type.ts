import type { AccessPolicy } from '../core/authorization/access-rules.ts';
import type { ScopeDefinitions } from '../core/authorization/scopes.ts';
import type { AuthenticatedClient, ClientVerifiers } from '../core/clients/authentication.ts';
import type { GrantType } from '../core/clients/client.ts';
import type { Grant } from '../core/grants/grant.ts';
import type { NotBeforeMarks } from '../core/grants/not-before.ts';
import type { RefreshLifetimes } from '../core/grants/refresh-token.ts';
import type { IdentityProviderKind } from '../core/upstream/provider-kinds.ts';
import type {
  AccessTokenSigner,
  ClientResolver,
  Clock,
  GrantStore,
  KeyRingStore,
  Log,
  RevokedGrantStore,
  TokenVault,
} from '../runtime/ports/index.ts';
import type { IdentityProviders } from '../runtime/services/identity-providers.ts';
import type { RateLimiter } from '../runtime/services/rate-limiter.ts';

export interface TokenDeps extends ClientVerifiers {
  readonly issuer: string;
  readonly accessTokenSeconds: number;
  readonly refreshTokens: RefreshLifetimes;
  readonly scopes: ScopeDefinitions;
  readonly access: AccessPolicy;
  /** All currently configured identity providers, by id. */
  readonly identityProviderKinds: ReadonlyMap<string, IdentityProviderKind>;
  /** Identifiers of the protected resources. */
  readonly resources: readonly string[];
  readonly clients: Pick<ClientResolver, 'findClient'>;
  readonly grants: GrantStore;
  /** The providers with `recheck` or `keepTokens`. */
  readonly keptProviders: IdentityProviders;
  readonly tokenVault: Pick<TokenVault, 'open'>;
  /** The age at which a provider's last answer is renewed, and the age beyond which a refresh fails without a new one. */
  readonly recheckSeconds: number;
  readonly recheckOutageSeconds: number;
  readonly keyRings: KeyRingStore;
  readonly revokedGrants: RevokedGrantStore;
  readonly signer: AccessTokenSigner;
  /** Counts failed attempts per client. */
  readonly failures: RateLimiter;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly now: Clock;
  readonly log: Log;
}

/** A request of an authenticated client that may use the grant type, with the grant that the request names. */
export interface TokenRequest {
  readonly authenticated: AuthenticatedClient;
  /** Undefined if it does not exist or has expired. */
  readonly grant: Grant | undefined;
  /** Anything issued before these marks is void. */
  readonly notBefore: NotBeforeMarks | undefined;
  /** RFC 6749 App. B. No value is empty, and only `resource` may be repeated. */
  readonly form: URLSearchParams;
  /** Epoch seconds, the same throughout the request. */
  readonly now: number;
  readonly requestId: string;
}

/** RFC 6749 §5.1. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly scope: string;
}

/** RFC 8693 §2.2.1. */
export interface TokenExchangeResponse {
  readonly access_token: string;
  readonly issued_token_type: string;
  readonly token_type: 'Bearer';
  /** Absent when the identity provider did not say. */
  readonly expires_in?: number;
}

/** One grant type. The endpoint loads; the grant type decides, mints and commits. */
export interface GrantTypeHandler {
  readonly grantType: GrantType;
  /** The id of the grant to load; undefined if the request names none. @throws OAuthError `invalid_request` */
  parseGrantId(form: URLSearchParams): string | undefined;
  /** @throws OAuthError; UnavailableError, after which the client may repeat the same request */
  exchange(deps: TokenDeps, request: TokenRequest): Promise<TokenResponse | TokenExchangeResponse>;
}
