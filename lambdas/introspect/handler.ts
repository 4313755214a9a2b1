import { resourceIdentifier } from '../core/authorization/resources.ts';
import { authenticateClient, parsePresentedClient, presentsCredentials } from '../core/clients/authentication.ts';
import type { Client } from '../core/clients/client.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { formParameters } from '../runtime/http/forms.ts';
import { type Handler, json, NO_STORE } from '../runtime/http/messages.ts';
import { countingFailures } from '../runtime/services/failure-limit.ts';
import type { IntrospectDeps } from './deps.ts';
import { findLiveToken, type LiveToken } from './live-token.ts';

/**
 * Introspection endpoint (RFC 7662). It looks up the token before it authenticates the client. A caller without a right
 * to know can therefore not distinguish tokens, neither by the response nor by its timing. `token_type_hint` is not
 * needed (§2.1), because access tokens and refresh tokens have different forms.
 */
export const introspectHandler =
  (deps: IntrospectDeps): Handler =>
  async (request) => {
    const form = formParameters(request);
    const token = form.get('token');
    if (token === null) throw new OAuthError('invalid_request', 'The parameter token is missing.');
    const authorization = request.headers.get('authorization') ?? [];
    if (!presentsCredentials(authorization, form)) throw publicClient();
    const presented = parsePresentedClient(authorization, form);
    const now = deps.now();

    const [known, live] = await Promise.all([
      deps.clients.findClient(presented.clientId, now),
      findLiveToken(deps, token, now),
    ]);
    const attempt = { client: known, now, requestId: request.requestId };
    const mayFetchKeys = live?.clientId === presented.clientId;
    const { client } = await countingFailures(deps.failures, attempt, async () => {
      const authenticated = await authenticateClient(known, presented, deps, { mayFetchKeys });
      if (authenticated.method === 'none') throw publicClient();
      return authenticated;
    });

    const answer = live !== undefined && mayLearn(deps, client, live) ? live.description : { active: false };
    const { clientId } = client;
    deps.log('token_introspected', { requestId: request.requestId, clientId, active: answer.active === true });
    return json(200, answer, NO_STORE);
  };

/**
 * Only the client that a token was issued to may introspect it, and the MCP server that an access token is for
 * (RFC 7662 §4). A refresh token is never meant for a resource server (RFC 6749 §1.5).
 */
const mayLearn = ({ issuer }: IntrospectDeps, client: Client, live: LiveToken): boolean => {
  if (live.clientId === client.clientId) return true;
  const { resourceServerPath: path } = client;
  return live.kind === 'access_token' && path !== undefined && resourceIdentifier(issuer, path) === live.resource;
};

/** RFC 7662 §2.1: without authentication, the endpoint could be used to guess tokens. */
const publicClient = (): OAuthError =>
  new OAuthError(
    'invalid_client',
    'Introspection requires client authentication. Send a client secret or a client assertion.',
    { detail: 'introspection without authentication' },
  );
