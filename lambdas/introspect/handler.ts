import { resourceIdentifier } from '../core/authorization/resources.ts';
import { authenticateClient, parsePresentedClient } from '../core/clients/authentication.ts';
import type { Client } from '../core/clients/client.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { formParameters } from '../runtime/http/forms.ts';
import { type Handler, json, NO_STORE } from '../runtime/http/messages.ts';
import { countingFailures } from '../runtime/services/failure-limit.ts';
import type { IntrospectDeps } from './deps.ts';
import { findLiveToken, type LiveToken } from './live-token.ts';

/**
 * Token introspection (RFC 7662). What is asked is found out before it is known who asks, so that those who may know
 * nothing can tell no token from another, by the answer or by its time. The hint is not needed (§2.1): both kinds are
 * told apart by their form.
 */
export const introspectHandler =
  (deps: IntrospectDeps): Handler =>
  async (request) => {
    const form = formParameters(request);
    const token = form.get('token');
    if (token === null) throw new OAuthError('invalid_request', 'The parameter token is missing.');
    const presented = parsePresentedClient(request.headers.get('authorization') ?? [], form);
    if (presented.method === 'none') throw publicClient();
    const now = deps.now();

    const [known, live] = await Promise.all([
      deps.clients.findClient(presented.clientId, now),
      findLiveToken(deps, token, now),
    ]);
    const attempt = { client: known, now, requestId: request.requestId };
    const mayFetchKeys = live?.clientId === presented.clientId;
    const { client } = await countingFailures(deps.failures, attempt, () =>
      authenticateClient(known, presented, deps, { mayFetchKeys }),
    );

    const answer = live !== undefined && mayLearn(deps, client, live) ? live.description : { active: false };
    const { clientId } = client;
    deps.log('token_introspected', { requestId: request.requestId, clientId, active: answer.active === true });
    return json(200, answer, NO_STORE);
  };

/**
 * The client that a token was issued to, and of an access token the server that it is for: nobody else (RFC 7662 §4). No
 * server has any business with a refresh token (RFC 6749 §1.5).
 */
const mayLearn = ({ issuer }: IntrospectDeps, client: Client, live: LiveToken): boolean => {
  if (live.clientId === client.clientId) return true;
  const { resourceServerPath: path } = client;
  return live.kind === 'access_token' && path !== undefined && resourceIdentifier(issuer, path) === live.resource;
};

/** RFC 7662 §2.1: the endpoint is not open, or tokens could be tried out here. */
const publicClient = (): OAuthError =>
  new OAuthError(
    'invalid_client',
    'Introspection is for clients that authenticate: send a client secret or a client assertion.',
    { detail: 'introspection without authentication' },
  );
