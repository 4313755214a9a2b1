import { resourceIdentifier } from '../core/authorization/resources.ts';
import type { AuthenticatedClient } from '../core/clients/authentication.ts';
import { TOKEN_EXCHANGE } from '../core/clients/client.ts';
import type { Grant } from '../core/grants/grant.ts';
import { isBeforeMark } from '../core/grants/not-before.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { isIssuerOf } from '../core/upstream/provider-presets.ts';
import type { IdentityProvider } from '../runtime/services/identity-providers.ts';
import { findAccessTokenClaims } from '../runtime/services/issued-token.ts';
import type { GrantTypeHandler, TokenDeps, TokenExchangeResponse, TokenRequest } from './grant-type.ts';
import { currentUpstreamTokens } from './upstream-access-token.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * RFC 8693: a server's own resource client trades an access token of one of its callers for the one that the caller's
 * identity provider handed out. Nothing that registered itself can, and no refresh token ever leaves.
 */
const exchange = async (deps: TokenDeps, request: TokenRequest): Promise<TokenExchangeResponse> => {
  const { authenticated, form, requestId } = request;
  const { clientId } = authenticated.client;

  // decide
  const resource = ownResource(deps, authenticated);
  assertParameters(form);
  const grant = await callersGrant(deps, form.get('subject_token') ?? '', resource, request);
  const provider = providerOf(deps, grant);
  assertTarget(form, grant);

  // The one answer in which a token of the provider leaves.
  const { grantId } = grant;
  const ofCaller = { requestId, clientId: grant.clientId, grantId };
  const { accessToken, accessTokenExpiresAt } = await currentUpstreamTokens(deps, provider, grant, ofCaller);
  deps.log('token_exchanged', { requestId, clientId, grantId, identityProvider: provider.id });
  return {
    access_token: accessToken,
    issued_token_type: ACCESS_TOKEN,
    token_type: 'Bearer',
    ...(accessTokenExpiresAt === undefined ? {} : { expires_in: Math.max(0, accessTokenExpiresAt - deps.now()) }),
  };
};

/** The server that the client is. @throws OAuthError `unauthorized_client` for a client that is none */
const ownResource = ({ issuer }: TokenDeps, { client, method }: AuthenticatedClient): string => {
  const { source, resourceServerPath } = client;
  if (source === 'configured' && resourceServerPath !== undefined && method !== 'none') {
    return resourceIdentifier(issuer, resourceServerPath);
  }
  throw new OAuthError('unauthorized_client', 'Only the resource client of an MCP server may exchange tokens.');
};

/** RFC 8693 §2.1, of which one kind of token is known here, in both directions. */
const assertParameters = (form: URLSearchParams): void => {
  if (form.get('subject_token') === null || form.get('subject_token_type') === null) {
    throw new OAuthError('invalid_request', 'Send subject_token and subject_token_type.');
  }
  for (const name of ['subject_token_type', 'requested_token_type']) {
    if ((form.get(name) ?? ACCESS_TOKEN) !== ACCESS_TOKEN) {
      throw new OAuthError('invalid_request', `Here ${name} can only be ${ACCESS_TOKEN}.`);
    }
  }
  if (form.get('actor_token') !== null || form.get('actor_token_type') !== null) {
    throw new OAuthError('invalid_request', 'An actor_token is not supported: the client itself is who acts.');
  }
  if (form.get('scope') !== null) {
    throw new OAuthError('invalid_scope', 'Leave scope out: the token is as the identity provider made it.');
  }
};

/**
 * The grant of a token that works at this moment, for this very server.
 * @throws OAuthError `invalid_request` for any other, in the same words (RFC 8693 §2.2.2)
 */
const callersGrant = async (
  deps: TokenDeps,
  subjectToken: string,
  resource: string,
  { now, notBefore }: TokenRequest,
): Promise<Grant> => {
  const claims = await findAccessTokenClaims(deps, subjectToken, now);
  if (claims === undefined) throw notLive('not an access token of ours, or expired');
  if (claims.aud !== resource) throw notLive('for another server');
  if (claims.grant_id === undefined) throw notLive('of a client that acts on its own account');
  const issued = { clientId: claims.client_id, subject: claims.sub, issuedAt: claims.iat };
  const grant = isBeforeMark(notBefore, issued) ? undefined : await deps.grants.findGrant(claims.grant_id, now);
  if (grant?.status !== 'redeemed') throw notLive('its grant was revoked or is over');
  return grant;
};

const notLive = (detail: string): OAuthError =>
  new OAuthError('invalid_request', 'The subject_token is not a live access token of a caller of this server.', {
    detail: `subject_token: ${detail}`,
  });

const providerOf = ({ keptProviders }: TokenDeps, { identity, upstream }: Grant): IdentityProvider => {
  const configured = keptProviders.get(identity.identityProviderId);
  // An id may mean another provider by now, which never gets to see the tokens of the former one.
  const provider = configured && isIssuerOf(configured.issuer, identity.issuer) ? configured : undefined;
  if (provider?.keepTokens && upstream !== undefined) return provider;
  throw new OAuthError(
    'invalid_target',
    provider?.keepTokens
      ? 'This person logged in before tokens were kept, and has to log in again.'
      : "The tokens of this person's identity provider are not kept: set keepTokens for it.",
  );
};

/** RFC 8693 §2.1: where a target is named, it can only be the provider that the person logged in at. */
const assertTarget = (form: URLSearchParams, { identity }: Grant): void => {
  const targets = [...form.getAll('audience'), ...form.getAll('resource')];
  if (targets.every((target) => target === identity.issuer || target === identity.identityProviderId)) return;
  throw new OAuthError('invalid_target', 'There are tokens only for the identity provider of this person.');
};

export const tokenExchange: GrantTypeHandler = {
  grantType: TOKEN_EXCHANGE,
  // Callers' tokens come to their end without any fault of the server that was called.
  parseGrantId: () => undefined,
  exchange,
};
