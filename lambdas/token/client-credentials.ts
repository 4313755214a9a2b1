import { resolveResource } from '../core/authorization/resources.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { clientAccessTokenClaims } from '../core/tokens/access-token.ts';
import type { GrantTypeHandler, TokenDeps, TokenRequest, TokenResponse } from './grant-type.ts';
import { narrowedScopes } from './limits.ts';

/**
 * RFC 6749 §4.4, as in the MCP extension io.modelcontextprotocol/oauth-client-credentials. Only for authenticated clients
 * that the operator configured for it. There is no user, grant or refresh token, and nothing is stored.
 */
const exchange = async (deps: TokenDeps, request: TokenRequest): Promise<TokenResponse> => {
  const { authenticated, form, now, requestId } = request;
  const { client, method } = authenticated;

  // decide
  if (client.source !== 'configured' || method === 'none') {
    throw new OAuthError(
      'unauthorized_client',
      'Only clients that the operator configured for this grant type may use it.',
    );
  }
  const resource = resolveResource(form.getAll('resource'), deps.resources);
  const scopes = narrowedScopes(form, client.scopes ?? [], deps.scopes);

  // mint
  const { issuer, accessTokenSeconds: lifetimeSeconds } = deps;
  const { clientId } = client;
  const accessToken = await deps.signer.sign({
    ...clientAccessTokenClaims({ clientId, resource, scopes }, { issuer, lifetimeSeconds, now }),
  });

  deps.log('token_issued', { requestId, clientId, clientAuthMethod: method, hasRefreshToken: false });
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    scope: scopes.join(' '),
  };
};

export const clientCredentials: GrantTypeHandler = {
  grantType: 'client_credentials',
  parseGrantId: () => undefined,
  exchange,
};
