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
 * UserInfo endpoint (OpenID Connect Core §5.3), by GET or POST. Takes an access token for any of the servers, in the
 * header alone (RFC 6750 §2.1), and says what its scopes allow. One read: a revoked token ends here at once.
 */
export const userinfoHandler =
  (deps: UserinfoDeps): Handler =>
  async (request) => {
    const token = bearerToken(request.headers.get('authorization') ?? []);
    if (token === undefined) throw noToken();
    const now = deps.now();
    const claims = await findAccessTokenClaims(deps, token, now);
    if (claims === undefined) throw invalidToken('not an access token of ours, or expired');
    if (claims.grant_id === undefined) throw noPerson();
    const grant = await deps.grants.findGrant(claims.grant_id, now);
    if (grant?.status !== 'redeemed') throw invalidToken('its grant was revoked or is over');

    deps.log('userinfo_told', { requestId: request.requestId, clientId: claims.client_id, grantId: grant.grantId });
    return json(200, { sub: claims.sub, ...claimsOf(grant.identity, claims.scope.split(' ')) }, NO_STORE);
  };

/** Claims by scope (OpenID Connect Core §5.4): of the token presented, which may hold fewer than the grant. */
const claimsOf = ({ email, emailVerified, name }: UpstreamIdentity, scopes: readonly string[]) => ({
  ...(scopes.includes('email') && email !== undefined ? { email, email_verified: emailVerified } : {}),
  ...(scopes.includes('profile') && name !== undefined ? { name } : {}),
});

/** RFC 6750 §3.1: who sent nothing is told the scheme, and no error. The body says it for those who need words. */
const noToken = (): OAuthError =>
  new OAuthError('invalid_token', 'Send one access token in the Authorization header, as "Bearer" and the token.', {
    headers: { 'www-authenticate': 'Bearer' },
  });

const invalidToken = (detail: string): OAuthError =>
  new OAuthError('invalid_token', 'The access token is not valid. Refresh it, or start a new authorization.', {
    detail,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });

const noPerson = (): OAuthError =>
  new OAuthError(
    'insufficient_scope',
    'This token speaks for a client, not for a person: there is nobody to tell of.',
    {
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
    },
  );
