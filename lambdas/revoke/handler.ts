import { authenticateClient, type ClientVerifiers, parsePresentedClient } from '../core/clients/authentication.ts';
import { isCurrentRefreshToken, isOfFamily, parseRefreshToken } from '../core/grants/refresh-token.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { isCurrentAccessToken } from '../core/tokens/access-token.ts';
import { formParameters } from '../runtime/http/forms.ts';
import { type Handler, json, NO_STORE } from '../runtime/http/messages.ts';
import type {
  ClientResolver,
  Clock,
  GrantStore,
  KeyRingStore,
  Log,
  RevokedGrantStore,
} from '../runtime/ports/index.ts';
import { countingFailures } from '../runtime/services/failure-limit.ts';
import { findAccessTokenClaimsOfAnyKey } from '../runtime/services/issued-token.ts';
import type { RateLimiter } from '../runtime/services/rate-limiter.ts';
import { refuseAccessTokens } from '../runtime/services/refuse-access-tokens.ts';

export interface RevokeDeps extends ClientVerifiers {
  readonly issuer: string;
  readonly clients: Pick<ClientResolver, 'findClient'>;
  readonly grants: GrantStore;
  readonly keyRings: KeyRingStore;
  readonly revokedGrants: RevokedGrantStore;
  /** Limits the wrong secrets and assertions of each client. */
  readonly failures: RateLimiter;
  readonly now: Clock;
  readonly log: Log;
}

/** The grant that a token belongs to, and the client that it was issued to. */
interface Revocable {
  /** Undefined for a token of the client credentials grant, which is not stored. */
  readonly grantId: string | undefined;
  readonly clientId: string;
  /** False once a refresh has replaced the token. */
  readonly isCurrent: boolean;
}

/**
 * Revocation endpoint (RFC 7009). Revoking either token revokes the whole grant, because a client without its access
 * token could refresh. Revoking a token that a refresh has replaced changes nothing, because clients discard their old
 * tokens so. `token_type_hint` is not needed, because access tokens and refresh tokens have different forms.
 */
export const revokeHandler =
  (deps: RevokeDeps): Handler =>
  async (request) => {
    const form = formParameters(request);
    const token = form.get('token');
    if (token === null) throw new OAuthError('invalid_request', 'The parameter token is missing.');
    const presented = parsePresentedClient(request.headers.get('authorization') ?? [], form);
    const now = deps.now();

    const [known, revocable] = await Promise.all([
      deps.clients.findClient(presented.clientId, now),
      findRevocable(deps, token, now),
    ]);
    const attempt = { client: known, now, requestId: request.requestId };
    const mayFetchKeys = revocable?.clientId === presented.clientId;
    const { client } = await countingFailures(deps.failures, attempt, () =>
      authenticateClient(known, presented, deps, { mayFetchKeys }),
    );

    // An unknown or invalid token, or one of another client, gets the same response (RFC 7009 §2.1, §2.2).
    if (revocable?.clientId === client.clientId) {
      const { grantId, clientId, isCurrent } = revocable;
      if (grantId === undefined) throw cannotBeRevoked();
      if (isCurrent) {
        await deps.grants.revokeGrant(grantId);
        deps.log('token_revoked', { requestId: request.requestId, clientId, grantId });
        // If this fails, the client gets 503 and repeats the request, which completes it (RFC 7009 §2.2.1).
        await refuseAccessTokens(deps, [grantId]);
      }
    }
    // RFC 7009 §2.2 gives the body no meaning, but strict clients expect a body that matches its content type.
    return json(200, {}, NO_STORE);
  };

const findRevocable = async (deps: RevokeDeps, token: string, now: number): Promise<Revocable | undefined> => {
  const refreshToken = parseRefreshToken(token);
  if (refreshToken === undefined) return findByAccessToken(deps, token, now);
  const grant = await deps.grants.findGrant(refreshToken.grantId, now);
  if (grant === undefined || !isOfFamily(refreshToken, grant)) return undefined;
  const { grantId, clientId } = grant;
  return { grantId, clientId, isCurrent: isCurrentRefreshToken(refreshToken, grant) };
};

const findByAccessToken = async (deps: RevokeDeps, token: string, now: number): Promise<Revocable | undefined> => {
  const claims = await findAccessTokenClaimsOfAnyKey(deps, token, now);
  if (claims === undefined) return undefined;
  const { grant_id: grantId, client_id: clientId } = claims;
  if (grantId === undefined) return { grantId, clientId, isCurrent: true };
  const grant = await deps.grants.findGrant(grantId, now);
  return { grantId, clientId, isCurrent: grant !== undefined && isCurrentAccessToken(claims, grant) };
};

/** RFC 7009 §2.2.1: a 200 response would be wrong, because the token stays valid. */
const cannotBeRevoked = (): OAuthError =>
  new OAuthError(
    'unsupported_token_type',
    'A token of the client credentials grant cannot be revoked. Discard it; it expires soon.',
  );
