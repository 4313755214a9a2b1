/** Every OAuth error code that Gatehouse sends, with its HTTP status and its source. */
const STATUS_BY_CODE = {
  invalid_request: 400, // RFC 6749 §5.2
  invalid_client: 401, // RFC 6749 §5.2
  invalid_grant: 400, // RFC 6749 §5.2
  unauthorized_client: 400, // RFC 6749 §5.2
  unsupported_grant_type: 400, // RFC 6749 §5.2
  invalid_scope: 400, // RFC 6749 §5.2
  access_denied: 403, // RFC 6749 §4.1.2.1
  unsupported_response_type: 400, // RFC 6749 §4.1.2.1
  server_error: 500, // RFC 6749 §4.1.2.1
  temporarily_unavailable: 503, // RFC 6749 §4.1.2.1
  invalid_target: 400, // RFC 8707 §2
  invalid_redirect_uri: 400, // RFC 7591 §3.2.2
  invalid_client_metadata: 400, // RFC 7591 §3.2.2
  invalid_token: 401, // RFC 6750 §3.1
  insufficient_scope: 403, // RFC 6750 §3.1
  request_not_supported: 400, // OpenID Connect Core §3.1.2.6
  request_uri_not_supported: 400, // OpenID Connect Core §3.1.2.6
  registration_not_supported: 400, // OpenID Connect Core §3.1.2.6
  consent_required: 400, // OpenID Connect Core §3.1.2.6
  unsupported_token_type: 400, // RFC 7009 §2.2.1
  not_found: 404, // RFC 9110 §15.5.5
  request_too_large: 413, // RFC 9110 §15.5.14
  // RFC 6585 §4. The MCP SDK knows this name and keeps its tokens and its registration.
  too_many_requests: 429,
} as const;

export type OAuthErrorCode = keyof typeof STATUS_BY_CODE;

/** A character that an `error_description` must not have (RFC 6749 §5.2, RFC 6750 §3). */
const FORBIDDEN_CHARACTER = /[^\x20\x21\x23-\x5b\x5d-\x7e]/gu;

/** The text with an apostrophe for each quotation mark, and a question mark for every other forbidden character. */
export const asErrorDescription = (text: string): string =>
  text.replace(FORBIDDEN_CHARACTER, (character) => (character === '"' ? "'" : '?'));

/**
 * A refusal that is sent to the caller. `message` becomes the `error_description` and never repeats input. `detail`
 * says exactly what was wrong, and is only logged.
 */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the caller presented a wrong secret. Such refusals are counted (RFC 6749 §10.10). */
  readonly isGuess: boolean;
  readonly status: number;

  constructor(
    code: OAuthErrorCode,
    description: string,
    options: {
      detail?: string;
      cause?: unknown;
      headers?: Record<string, string>;
      isGuess?: boolean;
      /** Where no client authenticates, `invalid_client` is not 401, which requires a challenge (RFC 9110 §15.5.2). */
      status?: 400;
    } = {},
  ) {
    super(asErrorDescription(description), { cause: options.cause });
    this.name = 'OAuthError';
    this.code = code;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
    this.isGuess = options.isGuess ?? code === 'invalid_client';
    this.status = options.status ?? STATUS_BY_CODE[code];
  }
}

/**
 * A dependency failed, such as DynamoDB, KMS, Secrets Manager or the identity provider. The caller gets 503 with
 * `Retry-After`, never an error about its token. RFC 6749 §5.2 has no code for this.
 */
export class UnavailableError extends Error {
  constructor(dependency: string, cause?: unknown) {
    super(`${dependency} is not available`, { cause });
    this.name = 'UnavailableError';
  }
}
