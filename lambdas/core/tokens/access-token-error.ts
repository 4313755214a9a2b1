/** Why a token is refused. The reason is only logged; the caller gets the same 401 for each. */
export type AccessTokenRefusal =
  | 'malformed'
  | 'wrong_type'
  | 'wrong_algorithm'
  | 'unknown_key'
  | 'bad_signature'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'expired'
  | 'not_yet_valid'
  | 'before_mark'
  | 'revoked'
  | 'missing_claim';

export class AccessTokenError extends Error {
  readonly reason: AccessTokenRefusal;

  constructor(reason: AccessTokenRefusal) {
    super(`access token refused: ${reason}`);
    this.name = 'AccessTokenError';
    this.reason = reason;
  }
}
