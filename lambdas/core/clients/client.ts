/** Client authentication methods at the token endpoint (RFC 7591 §2, IANA registry). */
export const TOKEN_ENDPOINT_AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
] as const;
export type TokenEndpointAuthMethod = (typeof TOKEN_ENDPOINT_AUTH_METHODS)[number];

/** Only resource clients may use this grant type (RFC 8693 §2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** The grant types of this authorization server (RFC 7591 §2). */
export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials', TOKEN_EXCHANGE] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/** Where a client comes from. The operator confirms only `configured` clients. */
export type ClientSource = 'registered' | 'document' | 'configured';

/** A client as its metadata document describes it. Its keys are not stored, but read when they are needed. */
export type DocumentClient = Omit<Client, 'jwks' | 'jwksUri' | 'expiresAt'>;

/** An OAuth client of any source. */
export interface Client {
  readonly clientId: string;
  readonly source: ClientSource;
  /** What the client calls itself: shown, never trusted, and unverified unless `source` is `configured`. */
  readonly clientName?: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly GrantType[];
  /** Every supported method that the client declared. A registered client has exactly one (RFC 7591 §2). */
  readonly tokenEndpointAuthMethods: readonly TokenEndpointAuthMethod[];
  /** SHA-256 of the client secret, base64url. */
  readonly clientSecretHash?: string;
  /** Name or ARN of the Secrets Manager secret with the client secret of a configured client. */
  readonly clientSecretId?: string;
  /** The URL of the keys for `private_key_jwt` (RFC 7591 §2), read when they are needed. */
  readonly jwksUri?: string;
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  /** The only algorithm for this client's assertions (OpenID Connect Registration §2). Absent: any supported one. */
  readonly tokenEndpointAuthSigningAlg?: string;
  /** The scopes that a configured client may get with `client_credentials` (RFC 6749 §4.4). */
  readonly scopes?: readonly string[];
  /** For a resource client: the path of its MCP server, whose callers' tokens it may introspect (RFC 7662 §2.1). */
  readonly resourceServerPath?: string;
  /** As registered. `web` clients have only https redirect URIs (OpenID Connect Registration §2). */
  readonly applicationType?: 'native' | 'web';
  /** SHA-256 of the registration access token (RFC 7592 §3), base64url. Only registered confidential clients have one. */
  readonly registrationAccessTokenHash?: string;
  /** Set by the operator: the client is refused everywhere, and cannot register again under this id. */
  readonly blocked?: boolean;
  /** Epoch seconds. For a document client: when the document was read, or 0 for a shipped copy. */
  readonly issuedAt: number;
  /** Epoch seconds after which the client is gone, even if its row still exists. Absent: never. */
  readonly expiresAt?: number;
}
