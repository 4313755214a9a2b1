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

/** How the authorization server came to know a client. Only `configured` clients are vouched for by the operator. */
export type ClientSource = 'registered' | 'document' | 'configured';

/** A client as its metadata document described it, without its keys, which are read at use. */
export type DocumentClient = Omit<Client, 'jwks' | 'jwksUri' | 'expiresAt'>;

/** An OAuth client as the authorization server knows it, wherever it came from. */
export interface Client {
  readonly clientId: string;
  readonly source: ClientSource;
  /** What the client calls itself: unverified unless `source` is `configured`. Shown, never trusted. */
  readonly clientName?: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly GrantType[];
  /** Every method that the client declared and we support; a single one for a client of RFC 7591. */
  readonly tokenEndpointAuthMethods: readonly TokenEndpointAuthMethod[];
  /** SHA-256 of the client secret, base64url. */
  readonly clientSecretHash?: string;
  /** Where the secret of a configured client is kept: Secrets Manager holds it, and never the client itself. */
  readonly clientSecretId?: string;
  /** Where the keys of `private_key_jwt` are: read at use, never stored in a grant (RFC 7591 §2). */
  readonly jwksUri?: string;
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  /** The only algorithm that assertions of this client may be signed with (OpenID Connect Registration §2). */
  readonly tokenEndpointAuthSigningAlg?: string;
  /** What a configured client may do on its own account (RFC 6749 §4.4); only with `client_credentials`. */
  readonly scopes?: readonly string[];
  /** Path of the MCP server that this client is: it may ask about the tokens of that server's callers (RFC 7662 §2.1). */
  readonly resourceServerPath?: string;
  /** As registered; `web` clients have no other redirect URIs than https (OpenID Connect Registration §2). */
  readonly applicationType?: 'native' | 'web';
  /** SHA-256 of the registration access token (RFC 7592 §3), base64url; registered confidential clients alone. */
  readonly registrationAccessTokenHash?: string;
  /** Set by the operator: the client gets nothing any more, and cannot register anew under this id. */
  readonly blocked?: boolean;
  /** Epoch seconds; of a client of a metadata document when that was read, 0 for a copy that is shipped with us. */
  readonly issuedAt: number;
  /** Epoch seconds after which the client is gone, however long the row still lies in the table. Absent: never. */
  readonly expiresAt?: number;
}
