import { OAuthError } from '../core/oauth-error.ts';
import { bearerToken } from '../core/tokens/bearer.ts';
import type { UpstreamIdentity } from '../core/upstream/identity.ts';
import { type Handler, json, NO_STORE } from '../runtime/http/messages.ts';
import type { Clock, GrantStore, KeyRingStore, Log } from '../runtime/ports/index.ts';
import { findAccessTokenClaims } from '../runtime/services/issued-token.ts';

export interface UserinfoDeps {
  readonly issuer: string;
  readonly grants: Pick<GrantStore, 'findGrant'>;
  readonly keyRings: KeyRingStore;
  readonly now: Clock;
  readonly log: Log;
}

/**
 * UserInfo endpoint (OpenID Connect Core §5.3), for GET and POST. It accepts an access token for any of the MCP
 * servers, but only in the header (RFC 6750 §2.1), and returns the claims that the token's scopes allow. It reads the
 * grant, so that a revoked token is refused at once.
 */
export const userinfoHandler =
  (deps: UserinfoDeps): Handler =>
  async (request) => {
    const token = bearerToken(request.headers.get('authorization') ?? []);
    if (token === undefined) throw noToken();
    const now = deps.now();
    const claims = await findAccessTokenClaims(deps, token, now);
    if (claims === undefined) throw invalidToken('not an access token of this server, or expired');
    if (claims.grant_id === undefined) throw noUser();
    const grant = await deps.grants.findGrant(claims.grant_id, now);
    if (grant?.status !== 'redeemed') throw invalidToken('its grant was revoked or has expired');

    deps.log('userinfo_told', { requestId: request.requestId, clientId: claims.client_id, grantId: grant.grantId });
    return json(200, { sub: claims.sub, ...claimsOf(grant.identity, claims.scope.split(' ')) }, NO_STORE);
  };

/** Selects claims by scope (OpenID Connect Core §5.4). The token may have fewer scopes than its grant. */
const claimsOf = ({ email, emailVerified, name }: UpstreamIdentity, scopes: readonly string[]) => ({
  ...(scopes.includes('email') && email !== undefined ? { email, email_verified: emailVerified } : {}),
  ...(scopes.includes('profile') && name !== undefined ? { name } : {}),
});

/** RFC 6750 §3.1: without a token, the challenge names the scheme and has no error. The body explains what to do. */
const noToken = (): OAuthError =>
  new OAuthError('invalid_token', 'Send one access token in the Authorization header, after the word Bearer.', {
    headers: { 'www-authenticate': 'Bearer' },
  });

const invalidToken = (detail: string): OAuthError =>
  new OAuthError('invalid_token', 'The access token is not valid. Refresh it, or start a new authorization.', {
    detail,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });

const noUser = (): OAuthError =>
  new OAuthError('insufficient_scope', 'This token belongs to a client, not to a user, so there are no claims.', {
    headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
  });
