import { type IdentityContext, NO_VALUE } from '../core/mcp/identity-headers.ts';
import type { AccessTokenClaims } from '../core/tokens/access-token.ts';

/** Longer than any identifier that a provider gives out (OpenID Connect Core §2 allows 255 for `sub`). */
const MAX_VALUE_CHARACTERS = 2048;

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
  if (typeof value !== 'string') return NO_VALUE;
  const encoded = value
    .trim()
    .toWellFormed()
    .replace(/[^\x20-\x24\x26-\x7e]+/gu, encodeURIComponent);
  return encoded === '' || encoded.length > MAX_VALUE_CHARACTERS ? NO_VALUE : encoded;
};
