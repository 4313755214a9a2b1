import { KeysNotFetchedError } from '../core/clients/assertion.ts';
import { authenticateClient, parsePresentedClient } from '../core/clients/authentication.ts';
import type { Client } from '../core/clients/client.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { formParameters } from '../runtime/http/forms.ts';
import { type Handler, json, NO_STORE } from '../runtime/http/messages.ts';
import { countingFailures } from '../runtime/services/failure-limit.ts';
import { authorizationCode } from './authorization-code.ts';
import { clientCredentials } from './client-credentials.ts';
import type { GrantTypeHandler, TokenDeps } from './grant-type.ts';
import { refreshToken } from './refresh-token.ts';
import { tokenExchange } from './token-exchange.ts';

/** To add a grant type, write one more file and add it here. */
const GRANT_TYPES: readonly GrantTypeHandler[] = [authorizationCode, refreshToken, clientCredentials, tokenExchange];

/** Token endpoint (RFC 6749 §3.2): parse, load, authenticate, then decide, mint and commit by grant type. */
export const tokenHandler =
  (deps: TokenDeps): Handler =>
  async (request) => {
    const form = formParameters(request, { repeatable: ['resource'] });
    const grantType = parseGrantType(form);
    const presented = parsePresentedClient(request.headers.get('authorization') ?? [], form);
    const grantId = grantType.parseGrantId(form);
    const now = deps.now();
    const { requestId } = request;

    // One round trip. The latest ring is read too, so that a new mark or a withdrawn key takes effect at once.
    const [client, grant, ring] = await Promise.all([
      deps.clients.findClient(presented.clientId, now),
      grantId === undefined ? undefined : deps.grants.findGrant(grantId, now),
      deps.keyRings.readLatestKeyRing(),
    ]);
    return countingFailures(deps.failures, { client, now, requestId }, async () => {
      const mayFetchKeys = grant !== undefined && grant.clientId === client?.clientId;
      const authenticated = await authenticateClient(client, presented, deps, { mayFetchKeys }).catch((error) => {
        throw error instanceof KeysNotFetchedError ? withoutGrant(grantType, client) : error;
      });
      if (!mayUse(authenticated.client, grantType)) throw otherGrantType();
      const notBefore = ring?.notBefore;
      const loaded = { authenticated, grant, notBefore, form, now, requestId };
      return json(200, await grantType.exchange(deps, loaded), NO_STORE);
    });
  };

const mayUse = (client: Client, { grantType }: GrantTypeHandler): boolean => client.grantTypes.includes(grantType);

const otherGrantType = (): OAuthError =>
  new OAuthError('unauthorized_client', 'The client may not use this grant type.');

/**
 * The error when the request names no grant of the client and its keys would have to be fetched to authenticate it. It is
 * the error that follows authentication without a grant, so a request cannot make us fetch from any host (decision 31).
 */
const withoutGrant = (grantType: GrantTypeHandler, client: Client | undefined): OAuthError =>
  client !== undefined && !mayUse(client, grantType)
    ? otherGrantType()
    : new OAuthError('invalid_grant', 'The code or token is not valid. Start a new authorization.', {
        detail: 'the client has no such grant, so its keys were not fetched',
      });

const parseGrantType = (form: URLSearchParams): GrantTypeHandler => {
  const requested = form.get('grant_type');
  if (requested === null) throw new OAuthError('invalid_request', 'The parameter grant_type is missing.');
  const handler = GRANT_TYPES.find(({ grantType }) => grantType === requested);
  if (handler === undefined) {
    const known = GRANT_TYPES.map(({ grantType }) => grantType).join(', ');
    throw new OAuthError('unsupported_grant_type', `Use one of the grant types ${known}.`);
  }
  return handler;
};
