import { resourceIdentifier } from '../core/authorization/resources.ts';
import type { AuthenticatedClient } from '../core/clients/authentication.ts';
import { TOKEN_EXCHANGE } from '../core/clients/client.ts';
import type { Grant } from '../core/grants/grant.ts';
import { isBeforeMark } from '../core/grants/not-before.ts';
import { OAuthError, UnavailableError } from '../core/oauth-error.ts';
import { isIssuerOf } from '../core/upstream/provider-presets.ts';
import { accessTokenState, UnopenableError, type UpstreamTokens } from '../core/upstream/session.ts';
import type { IdentityProvider } from '../runtime/services/identity-providers.ts';
import { findAccessTokenClaims } from '../runtime/services/issued-token.ts';
import {
  type GrantLogFields,
  refreshUpstreamSession,
  waitForUpstreamLease,
} from '../runtime/services/upstream-session.ts';
import type { GrantTypeHandler, TokenDeps, TokenExchangeResponse, TokenRequest } from './grant-type.ts';
import { revokeAccess } from './revalidate-grant.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * RFC 8693: the resource client of a server exchanges an access token of one of its callers for the access token that
 * the caller's identity provider issued. No client that registered itself can do this, and no refresh token ever leaves.
 */
const exchange = async (deps: TokenDeps, request: TokenRequest): Promise<TokenExchangeResponse> => {
  const { authenticated, form, requestId } = request;
  const { clientId } = authenticated.client;

  // decide
  const resource = ownResource(deps, authenticated);
  assertParameters(form);
  const grant = await findCallersGrant(deps, form.get('subject_token') ?? '', resource, request);
  const provider = providerOf(deps, grant);
  assertTarget(form, grant);

  // This is the only response in which a token of the provider leaves.
  const { grantId } = grant;
  const logFields = { requestId, clientId: grant.clientId, grantId };
  const tokens = await currentUpstreamTokens(deps, provider, grant, logFields);
  const { accessToken, accessTokenExpiresAt } = tokens;
  if (accessToken === undefined) throw noTokens();
  deps.log('token_exchanged', { requestId, clientId, grantId, identityProvider: provider.id });
  return {
    access_token: accessToken,
    issued_token_type: ACCESS_TOKEN,
    token_type: 'Bearer',
    ...(accessTokenExpiresAt === undefined ? {} : { expires_in: Math.max(0, accessTokenExpiresAt - deps.now()) }),
  };
};

/** The protected resource that the client stands for. @throws OAuthError `unauthorized_client` */
const ownResource = ({ issuer }: TokenDeps, { client, method }: AuthenticatedClient): string => {
  const { source, resourceServerPath } = client;
  if (source === 'configured' && resourceServerPath !== undefined && method !== 'none') {
    return resourceIdentifier(issuer, resourceServerPath);
  }
  throw new OAuthError('unauthorized_client', 'Only the resource client of an MCP server may exchange tokens.');
};

/** RFC 8693 §2.1. The only token type supported, for input and output, is the access token. */
const assertParameters = (form: URLSearchParams): void => {
  if (form.get('subject_token') === null || form.get('subject_token_type') === null) {
    throw new OAuthError('invalid_request', 'Send subject_token and subject_token_type.');
  }
  for (const name of ['subject_token_type', 'requested_token_type']) {
    if ((form.get(name) ?? ACCESS_TOKEN) !== ACCESS_TOKEN) {
      throw new OAuthError('invalid_request', `The only supported ${name} is ${ACCESS_TOKEN}.`);
    }
  }
  if (form.get('actor_token') !== null || form.get('actor_token_type') !== null) {
    throw new OAuthError('invalid_request', 'The actor_token parameter is not supported: the client is the actor.');
  }
  if (form.get('scope') !== null) {
    throw new OAuthError(
      'invalid_scope',
      'Omit the scope parameter: the token has the scopes that the identity provider gave it.',
    );
  }
};

/**
 * The grant of an access token that is live, and was issued for this server.
 *
 * @throws OAuthError `invalid_request` for any other token, always with the same description (RFC 8693 §2.2.2)
 */
const findCallersGrant = async (
  deps: TokenDeps,
  subjectToken: string,
  resource: string,
  { now, notBefore }: TokenRequest,
): Promise<Grant> => {
  const claims = await findAccessTokenClaims(deps, subjectToken, now);
  if (claims === undefined) throw notLive('not an access token of this server, or expired');
  if (claims.aud !== resource) throw notLive('issued for another server');
  if (claims.grant_id === undefined) throw notLive('issued to a client that acts on its own behalf');
  const issued = { clientId: claims.client_id, subject: claims.sub, issuedAt: claims.iat };
  const grant = isBeforeMark(notBefore, issued) ? undefined : await deps.grants.findGrant(claims.grant_id, now);
  if (grant?.status !== 'redeemed') throw notLive('its grant was revoked or has expired');
  return grant;
};

const notLive = (detail: string): OAuthError =>
  new OAuthError('invalid_request', 'The subject_token is not a live access token for this server.', {
    detail: `subject_token: ${detail}`,
  });

const providerOf = ({ keptProviders }: TokenDeps, { identity, upstream }: Grant): IdentityProvider => {
  const configured = keptProviders.get(identity.identityProviderId);
  // The id may now name another provider, which must never see the tokens of the former one.
  const provider = configured && isIssuerOf(configured.issuer, identity.issuer) ? configured : undefined;
  if (provider?.keepTokens && upstream !== undefined) return provider;
  throw new OAuthError(
    'invalid_target',
    provider?.keepTokens
      ? 'This user logged in before keepTokens was set, and must log in again.'
      : 'The tokens of the identity provider of this user are not kept. Set keepTokens for the provider.',
  );
};

/** RFC 8693 §2.1: a target may be named, but it must be the provider at which the user logged in. */
const assertTarget = (form: URLSearchParams, { identity }: Grant): void => {
  const targets = [...form.getAll('audience'), ...form.getAll('resource')];
  if (targets.every((target) => target === identity.issuer || target === identity.identityProviderId)) return;
  throw new OAuthError('invalid_target', 'Tokens are available only for the identity provider of this user.');
};

/**
 * The tokens of the provider, refreshed when the access token is about to end. Parallel requests refresh once: the
 * others use the access token while it works, or else wait for the new one.
 *
 * @throws OAuthError `invalid_target` when there are no tokens left, `invalid_request` when the provider has ended the
 *   login; UnavailableError when the provider is down
 */
const currentUpstreamTokens = async (
  deps: TokenDeps,
  provider: IdentityProvider,
  grant: Grant,
  logFields: GrantLogFields,
): Promise<UpstreamTokens> => {
  const kept = await openTokens(deps, grant);
  const state = accessTokenState(kept, deps.now());
  if (state === 'fresh') return kept;

  const answer = await refreshUpstreamSession(deps, provider, grant, logFields, deps.now());
  if (answer.outcome === 'confirmed') return answer.tokens;
  if (answer.outcome === 'refused') {
    await revokeAccess(deps, logFields, 'provider_refused');
    throw new OAuthError('invalid_request', 'The identity provider has ended the login behind the subject_token.');
  }
  if (state === 'ending') return kept;
  if (answer.outcome === 'impossible') throw noTokens();
  if (answer.outcome === 'unavailable') {
    throw answer.cause instanceof UnavailableError ? answer.cause : providerDown(answer.cause);
  }
  return await tokensOfLeaseHolder(deps, answer.grant);
};

/** The tokens that another request is obtaining at the moment. */
const tokensOfLeaseHolder = async (deps: TokenDeps, busy: Grant | undefined): Promise<UpstreamTokens> => {
  const grant = await waitForUpstreamLease(deps, busy);
  if (grant?.status !== 'redeemed') {
    throw new OAuthError('invalid_request', 'The authorization behind the subject_token has been revoked.');
  }
  const tokens = await openTokens(deps, grant);
  if (accessTokenState(tokens, deps.now()) === 'expired') {
    throw providerDown(new Error('no other request has obtained a new token yet'));
  }
  return tokens;
};

const openTokens = async (deps: TokenDeps, { grantId, upstream }: Grant): Promise<UpstreamTokens> => {
  if (upstream?.tokens === undefined) throw noTokens();
  try {
    return (await deps.tokenVault.open(grantId, upstream.tokens)).tokens;
  } catch (error) {
    throw error instanceof UnopenableError ? noTokens() : error;
  }
};

const noTokens = (): OAuthError =>
  new OAuthError('invalid_target', 'No token of the identity provider is left. The user must log in again.');

const providerDown = (cause: Error): UnavailableError => new UnavailableError('the identity provider', cause);

export const tokenExchange: GrantTypeHandler = {
  grantType: TOKEN_EXCHANGE,
  // The grant is found through the subject_token, after the client has authenticated.
  parseGrantId: () => undefined,
  exchange,
};
