import { decideRedemption, parseAuthorizationCode } from '../core/grants/authorization-code.ts';
import { firstRefreshToken, formatRefreshToken } from '../core/grants/refresh-token.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { retry } from '../core/retry.ts';
import { accessTokenClaims } from '../core/tokens/access-token.ts';
import { refuseAccessTokens } from '../runtime/services/refuse-access-tokens.ts';
import type { GrantTypeHandler, TokenDeps, TokenRequest, TokenResponse } from './grant-type.ts';
import { assertConfiguredResource, assertGrantedResource, assertNotBeforeMark, scopesOfGrant } from './limits.ts';

const NOT_VALID = 'The authorization code is not valid. Start a new authorization.';

/** RFC 6749 §4.1.3 and RFC 7636 §4.5. Nothing changes before everything is checked and signed. */
const exchange = async (deps: TokenDeps, request: TokenRequest): Promise<TokenResponse> => {
  const { authenticated, form, now, requestId } = request;
  const { client, method } = authenticated;

  // decide
  const presented = {
    code: form.get('code') ?? '',
    codeVerifier: form.get('code_verifier') ?? undefined,
    redirectUri: form.get('redirect_uri') ?? undefined,
  };
  const { grant, outcome } = decideRedemption(request.grant, client, presented, now);
  assertNotBeforeMark(grant, request.notBefore);
  assertConfiguredResource(grant, deps.resources);
  assertGrantedResource(form, grant, deps.resources);
  const scopes = scopesOfGrant(form, grant, deps.scopes);
  const logFields = { requestId, clientId: client.clientId, grantId: grant.grantId };
  if (outcome === 'repeated') throw new OAuthError('invalid_grant', NOT_VALID, { detail: 'redeemed just now' });
  if (outcome === 'replayed') {
    // Two parties hold the code and its verifier, so the first one loses its tokens too (RFC 6749 §4.1.2).
    await deps.grants.revokeGrant(grant.grantId);
    deps.log('code_replayed', logFields);
    // A repeated request would find the grant revoked, and could not complete this.
    await retry(() => refuseAccessTokens(deps, [grant.grantId]));
    throw new OAuthError('invalid_grant', NOT_VALID, { detail: 'replayed: the grant is revoked' });
  }

  // mint
  const refresh = client.grantTypes.includes('refresh_token')
    ? firstRefreshToken(grant.grantId, deps.refreshTokens, now)
    : undefined;
  const lifetimeSeconds = deps.accessTokenSeconds;
  const accessToken = await deps.signer.sign({
    ...accessTokenClaims(grant, scopes, {
      issuer: deps.issuer,
      lifetimeSeconds,
      now,
      generation: refresh?.family.generation,
    }),
  });

  // commit: nothing leaves unless this write succeeds
  const committed = await deps.grants.redeemCode(grant, {
    clientAuthMethod: method,
    redeemedAt: now,
    ...(refresh === undefined ? {} : { family: refresh.family }),
    // The row must live as long as every token that depends on it.
    expiresAt: Math.max(grant.codeExpiresAt, now + lifetimeSeconds, refresh?.family.idleExpiresAt ?? 0),
  });
  if (committed === 'lost') throw new OAuthError('invalid_grant', NOT_VALID, { detail: 'lost the race' });

  deps.log('code_redeemed', logFields);
  deps.log('token_issued', { ...logFields, clientAuthMethod: method, hasRefreshToken: refresh !== undefined });
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    ...(refresh === undefined ? {} : { refresh_token: formatRefreshToken(refresh.token) }),
    scope: scopes.join(' '),
  };
};

export const authorizationCode: GrantTypeHandler = {
  grantType: 'authorization_code',
  parseGrantId: (form) => {
    for (const name of ['code', 'code_verifier']) {
      if (form.get(name) === null) throw new OAuthError('invalid_request', `The parameter ${name} is missing.`);
    }
    return parseAuthorizationCode(form.get('code') ?? '');
  },
  exchange,
};
