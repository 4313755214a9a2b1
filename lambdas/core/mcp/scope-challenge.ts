/** `error_description` of a request whose token lacks a scope. */
export const INSUFFICIENT_SCOPE_DESCRIPTION = 'This operation needs scopes that the access token does not have.';

/**
 * Returns the value of `WWW-Authenticate` for a request whose token lacks a scope (RFC 6750 §3.1, RFC 9728 §5.1).
 *
 * @param scopes all scopes that the operation needs, so that one new authorization is enough
 * @param resourceMetadata URL of the protected resource metadata
 */
export const scopeChallenge = (scopes: readonly string[], resourceMetadata: string): string =>
  [
    'Bearer error="insufficient_scope"',
    `scope="${scopes.join(' ')}"`,
    `resource_metadata="${resourceMetadata}"`,
    `error_description="${INSUFFICIENT_SCOPE_DESCRIPTION}"`,
  ].join(', ');
