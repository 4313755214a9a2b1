import type { AccessTokenClaims } from '../core/tokens/access-token.ts';

/** Sent where there is nothing: an empty value might let the caller's own header through API Gateway's mapping. */
const NOTHING = '-';

/** Longer than any identifier that a provider gives out (OpenID Connect Core §2 allows 255 for `sub`). */
const MAX_VALUE_CHARACTERS = 2048;

/** What the backend learns of the caller; every key is always present. */
export interface IdentityContext {
  readonly [key: string]: string;
  readonly subject: string;
  readonly upstreamSubject: string;
  readonly email: string;
  readonly name: string;
  readonly scopes: string;
  readonly clientId: string;
  readonly identityProvider: string;
}

/** The authorizer's context for a verified token. */
export const identityContext = (claims: AccessTokenClaims): IdentityContext => ({
  subject: headerValue(claims.sub),
  upstreamSubject: headerValue(claims.upstream_sub),
  email: headerValue(claims.email),
  name: headerValue(claims.name),
  scopes: headerValue(claims.scope),
  clientId: headerValue(claims.client_id),
  identityProvider: headerValue(claims.idp),
});

/**
 * A value as it can stand in a header: printable ASCII; everything else, and `%` itself, percent-encoded as UTF-8, so
 * that `decodeURIComponent` gives the original back. A value too long to be true is nothing, never a shortened one.
 */
const headerValue = (value: unknown): string => {
  if (typeof value !== 'string') return NOTHING;
  const encoded = value
    .trim()
    .toWellFormed()
    .replace(/[^\x20-\x24\x26-\x7e]+/gu, encodeURIComponent);
  return encoded === '' || encoded.length > MAX_VALUE_CHARACTERS ? NOTHING : encoded;
};
