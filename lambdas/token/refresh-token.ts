import { assertNotWeaker } from '../core/clients/authentication.ts';
import type { Client } from '../core/clients/client.ts';
import {
  decideRefresh,
  formatRefreshToken,
  nextRefreshToken,
  parseRefreshToken,
  type RefreshDecision,
  type RefreshToken,
} from '../core/grants/refresh-token.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { retry } from '../core/retry.ts';
import { accessTokenClaims } from '../core/tokens/access-token.ts';
import { refuseAccessTokens } from '../runtime/services/refuse-access-tokens.ts';
import type { GrantTypeHandler, TokenDeps, TokenRequest, TokenResponse } from './grant-type.ts';
import { assertConfiguredResource, assertGrantedResource, assertNotBeforeMark, scopesOfGrant } from './limits.ts';
import { permittedScopes, revalidateGrant } from './revalidate-grant.ts';

const invalidGrant = (detail: string): OAuthError =>
  new OAuthError('invalid_grant', 'The refresh token is not valid. Start a new authorization.', { detail });

/** RFC 6749 §6 with rotation (RFC 9700 §4.14.2). */
const exchange = async (deps: TokenDeps, request: TokenRequest): Promise<TokenResponse> => {
  const { authenticated, form, now, requestId } = request;
  const { client, method } = authenticated;

  // decide
  const presented = parseRefreshToken(form.get('refresh_token') ?? '');
  if (presented === undefined) throw invalidGrant('not a refresh token of this server');
  const decision = decideRefresh(request.grant, client, presented, deps.refreshTokens, now);
  const { grant: loaded } = decision;
  assertNotWeaker(method, loaded.clientAuthMethod ?? method);
  const logFields = { requestId, clientId: client.clientId, grantId: loaded.grantId };
  if (decision.outcome === 'reused') {
    await deps.grants.revokeGrant(loaded.grantId);
    deps.log('refresh_reuse_detected', logFields);
    // A repeated request would find the grant revoked, and could not complete this.
    await retry(() => refuseAccessTokens(deps, [loaded.grantId]));
    throw invalidGrant('reused: the family is revoked');
  }
  assertNotBeforeMark(loaded, request.notBefore);
  assertConfiguredResource(loaded, deps.resources);
  assertGrantedResource(form, loaded, deps.resources);
  const requested = scopesOfGrant(form, loaded, deps.scopes);
  const grant = await revalidateGrant(deps, loaded, logFields, now);
  const scopes = await permittedScopes(deps, grant, requested, logFields);

  // mint
  const lifetimeSeconds = deps.accessTokenSeconds;
  const generation = decision.outcome === 'current' ? decision.family.generation + 1 : loaded.family?.generation;
  const accessToken = await deps.signer.sign({
    ...accessTokenClaims(grant, scopes, { issuer: deps.issuer, lifetimeSeconds, now, generation }),
  });

  // commit: nothing leaves unless the row holds this successor
  const successor = await committedSuccessor(deps, decision, { client, presented, now });

  deps.log('token_refreshed', { ...logFields, repeated: decision.outcome === 'repeated' });
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    refresh_token: formatRefreshToken(successor),
    scope: scopes.join(' '),
  };
};

/**
 * The successor of the presented token that the row holds, even if another request wrote it. A request that loaded the
 * token as current and lost the race is no replay: it gets the same successor or an error, and never revokes the grant.
 */
const committedSuccessor = async (
  deps: TokenDeps,
  decision: Exclude<RefreshDecision, { outcome: 'reused' }>,
  { client, presented, now }: { client: Client; presented: RefreshToken; now: number },
): Promise<RefreshToken> => {
  if (decision.outcome === 'repeated') return decision.successor;
  const { grant, family } = decision;
  const next = nextRefreshToken(presented, family, deps.refreshTokens, now);
  const expiresAt = Math.max(next.family.idleExpiresAt, now + deps.accessTokenSeconds);
  const committed = await deps.grants.rotateRefreshToken(grant, next.family, expiresAt);
  if (committed === 'rotated') return next.token;

  const afterRace = decideRefresh(committed.lost, client, presented, deps.refreshTokens, now);
  if (afterRace.outcome !== 'repeated') throw invalidGrant('lost the race, and the family has since rotated again');
  return afterRace.successor;
};

export const refreshToken: GrantTypeHandler = {
  grantType: 'refresh_token',
  // A malformed token names no grant. It is refused with `invalid_grant`, so that the client starts a new authorization.
  parseGrantId: (form) => {
    const token = form.get('refresh_token');
    if (token === null) throw new OAuthError('invalid_request', 'The parameter refresh_token is missing.');
    return parseRefreshToken(token)?.grantId;
  },
  exchange,
};
