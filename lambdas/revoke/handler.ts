import { AccessTokenError, verifyAccessToken } from '../shared/core/access-token.ts';
import { authenticateClient, presentedClient } from '../shared/core/client-authentication.ts';
import { publicKeyOf } from '../shared/core/key-ring.ts';
import { OAuthError, UnavailableError } from '../shared/core/oauth-error.ts';
import { isOfFamily, parseRefreshToken } from '../shared/core/refresh-token.ts';
import { formParameters } from '../shared/http/forms.ts';
import { type Flow, NO_STORE } from '../shared/http/message.ts';
import type { ClientStore, Clock, GrantStore, KeyRingStore, Log } from '../shared/ports.ts';

export interface RevokeDeps {
  readonly issuer: string;
  readonly clients: ClientStore;
  readonly grants: GrantStore;
  readonly keyRings: KeyRingStore;
  readonly now: Clock;
  readonly log: Log;
}

/** The grant that a token belongs to, and the client that it was issued to. */
interface Revocable {
  readonly grantId: string;
  readonly clientId: string;
}

/**
 * Revocation endpoint (RFC 7009). Either token ends the whole grant: an access token alone cannot be taken back, and
 * its client would only refresh. The hint is not needed, since both kinds are told apart by their form.
 */
export const revokeEndpoint =
  (deps: RevokeDeps): Flow =>
  async (request) => {
    const form = formParameters(request);
    const token = form.get('token');
    if (token === null) throw new OAuthError('invalid_request', 'The parameter token is missing.');
    const presented = presentedClient(request.headers.get('authorization') ?? [], form);
    const now = deps.now();

    const [known, revocable] = await Promise.all([
      deps.clients.findClient(presented.clientId, now),
      findRevocable(deps, token, now),
    ]);
    const { client } = await authenticateClient(known, presented);

    // Unknown, invalid or another client's: the same answer, and nothing happens (RFC 7009 §2.1, §2.2).
    if (revocable?.clientId === client.clientId) {
      await deps.grants.revokeGrant(revocable.grantId);
      const { grantId, clientId } = revocable;
      deps.log('token_revoked', { requestId: request.requestId, clientId, grantId });
    }
    return { status: 200, headers: NO_STORE };
  };

const findRevocable = async (deps: RevokeDeps, token: string, now: number): Promise<Revocable | undefined> => {
  const refreshToken = parseRefreshToken(token);
  if (refreshToken === undefined) return findByAccessToken(deps, token, now);
  const grant = await deps.grants.findGrant(refreshToken.grantId, now);
  return grant !== undefined && isOfFamily(refreshToken, grant) ? grant : undefined;
};

const findByAccessToken = async (deps: RevokeDeps, token: string, now: number): Promise<Revocable | undefined> => {
  const findKey = async (kid: string) => {
    const ring = await deps.keyRings.readKeyRing();
    if (ring === undefined) throw new UnavailableError('key ring', new Error('no key was made yet'));
    return publicKeyOf(ring, kid);
  };
  try {
    const claims = await verifyAccessToken(token, findKey, { issuer: deps.issuer, now });
    return { grantId: claims.grant_id, clientId: claims.client_id };
  } catch (error) {
    if (error instanceof AccessTokenError) return undefined;
    throw error;
  }
};
