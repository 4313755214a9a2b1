import type { Client } from '../core/clients/client.ts';
import type { Grant } from '../core/grants/grant.ts';
import { isBeforeMark } from '../core/grants/not-before.ts';
import { decideRefresh, parseRefreshToken, type RefreshToken } from '../core/grants/refresh-token.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { findAccessTokenClaimsOfAnyKey } from '../runtime/services/issued-token.ts';
import type { IntrospectDeps } from './deps.ts';

/** A token that is active now. `description` is the introspection response for it (RFC 7662 §2.2). */
export interface LiveToken {
  readonly kind: 'access_token' | 'refresh_token';
  /** The client that the token was issued to. */
  readonly clientId: string;
  /** The protected resource that the token is for. */
  readonly resource: string;
  readonly description: Readonly<Record<string, unknown>>;
}

/**
 * Finds an active token, without changing it.
 *
 * @param now epoch seconds
 * @returns undefined for a token that is unknown, expired, used or revoked
 * @throws UnavailableError
 */
export const findLiveToken = (deps: IntrospectDeps, token: string, now: number): Promise<LiveToken | undefined> => {
  const refreshToken = parseRefreshToken(token);
  return refreshToken === undefined ? findAccessToken(deps, token, now) : findRefreshToken(deps, refreshToken, now);
};

const findAccessToken = async (deps: IntrospectDeps, token: string, now: number): Promise<LiveToken | undefined> => {
  const claims = await findAccessTokenClaimsOfAnyKey(deps, token, now);
  if (claims === undefined) return undefined;
  const isAlive =
    claims.grant_id === undefined
      ? mayActAlone(deps.configuredClients.get(claims.client_id))
      : isRedeemed(await deps.grants.findGrant(claims.grant_id, now));
  if (!isAlive) return undefined;
  const { iss, sub, aud, client_id, scope, iat, exp, jti, email, name } = claims;
  return {
    kind: 'access_token',
    clientId: client_id,
    resource: aud,
    // JSON omits undefined members.
    description: { active: true, token_type: 'Bearer', iss, sub, aud, client_id, scope, iat, exp, jti, email, name },
  };
};

const findRefreshToken = async (
  deps: IntrospectDeps,
  presented: RefreshToken,
  now: number,
): Promise<LiveToken | undefined> => {
  const [grant, ring] = await Promise.all([deps.grants.findGrant(presented.grantId, now), deps.keyRings.readKeyRing()]);
  if (grant?.family === undefined || !wouldRefresh(deps, grant, presented, now)) return undefined;
  if (isBeforeMark(ring?.notBefore, grant)) return undefined;
  return {
    kind: 'refresh_token',
    clientId: grant.clientId,
    resource: grant.resource,
    description: {
      active: true,
      iss: deps.issuer,
      sub: grant.subject,
      aud: grant.resource,
      client_id: grant.clientId,
      scope: grant.scopes.join(' '),
      iat: grant.family.rotatedAt,
      exp: grant.family.idleExpiresAt,
    },
  };
};

/** Whether the token could be refreshed. A token of an older generation cannot, but asking about it is not a replay. */
const wouldRefresh = (deps: IntrospectDeps, grant: Grant, presented: RefreshToken, now: number): boolean => {
  const lifetimes = { graceSeconds: deps.refreshGraceSeconds };
  try {
    return decideRefresh(grant, { clientId: grant.clientId }, presented, lifetimes, now).outcome !== 'reused';
  } catch (error) {
    if (error instanceof OAuthError) return false;
    throw error;
  }
};

const isRedeemed = (grant: Grant | undefined): boolean => grant?.status === 'redeemed';

/** Tokens of the client credentials grant are not stored. They are active while their client may use the grant. */
const mayActAlone = (client: Client | undefined): boolean => client?.grantTypes.includes('client_credentials') ?? false;
