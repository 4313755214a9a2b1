import { type IdentityContext, NO_VALUE } from '../core/mcp/identity-headers.ts';
import type { AccessTokenClaims } from '../core/tokens/access-token.ts';

/** Longer than any identifier of an identity provider. OpenID Connect Core §2 allows 255 characters for `sub`. */
const MAX_VALUE_CHARACTERS = 2048;

/** Returns the identity that the authorizer's context carries for a verified token. */
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
 * Encodes a value for a header. Printable ASCII stays as it is. Other characters, and `%` itself, are percent-encoded
 * as UTF-8, so that `decodeURIComponent` restores the value.
 *
 * @returns `NO_VALUE` for a value that is missing or too long, because a shortened identifier could name another user
 */
const headerValue = (value: unknown): string => {
  if (typeof value !== 'string') return NO_VALUE;
  const encoded = value
    .trim()
    .toWellFormed()
    .replace(/[^\x20-\x24\x26-\x7e]+/gu, encodeURIComponent);
  return encoded === '' || encoded.length > MAX_VALUE_CHARACTERS ? NO_VALUE : encoded;
};
