import type { Client, DocumentClient } from '../clients/client.ts';
import { findRegisteredRedirectUri, judgeRedirectUri, withResponseParameters } from '../clients/redirect-uri.ts';
import { parseUiLocales } from '../language.ts';
import { OAuthError, type OAuthErrorCode } from '../oauth-error.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { resolveResource } from './resources.ts';
import { impliedScopes, negotiateScopes, parseScope, type ScopeDefinitions } from './scopes.ts';
import type { AuthorizationRequest } from './transaction.ts';

/** The longest encoded query, in bytes, that still fits into the `Location` of a response to the client. */
export const MAX_AUTHORIZATION_QUERY_BYTES = 6144;

/** Real authorization requests have about ten parameters. */
const MAX_AUTHORIZATION_PARAMETERS = 64;

/** RFC 6749 App. A.1, and short enough for a table key. */
export const CLIENT_ID = /^[\x21-\x7e]{1,2048}$/;

/** BASE64URL of 32 bytes (RFC 7636 §4.2). */
const CODE_CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** What the validation of requests needs to know about an MCP server. */
export interface ResourceDescription {
  readonly resource: string;
  readonly requiredScopes: readonly string[];
}

/** What requests are validated against. */
export interface AuthorizationPolicy {
  readonly resources: readonly ResourceDescription[];
  readonly scopes: ScopeDefinitions;
}

/** Phase 1: the client id, and the redirect URI as sent. @throws OAuthError that must be shown, never redirected */
export const parseClientReference = (query: URLSearchParams): { clientId: string; redirectUri: string | undefined } => {
  if (new TextEncoder().encode(query.toString()).length > MAX_AUTHORIZATION_QUERY_BYTES) {
    throw new OAuthError('invalid_request', 'The request is too long. Send a state of less than 4 KB.');
  }
  if (query.size > MAX_AUTHORIZATION_PARAMETERS) {
    throw new OAuthError('invalid_request', `The request may have at most ${MAX_AUTHORIZATION_PARAMETERS} parameters.`);
  }
  for (const name of ['client_id', 'redirect_uri']) {
    if (query.getAll(name).length > 1) throw repeated(name);
  }
  const clientId = parameter(query, 'client_id');
  if (clientId === undefined) throw new OAuthError('invalid_request', 'The parameter client_id is missing.');
  if (!CLIENT_ID.test(clientId)) throw new OAuthError('invalid_request', 'The client_id is not valid.');
  return { clientId, redirectUri: parameter(query, 'redirect_uri') };
};

/**
 * Phase 1: the URI to which the response goes. Only a client with a single one may omit it (RFC 6749 §3.1.2.3).
 *
 * @throws OAuthError that must be shown, never redirected (RFC 6749 §4.1.2.1)
 */
export const resolveRedirectUri = (client: Client, requested: string | undefined): string => {
  const [sole, ...others] = client.redirectUris;
  if (requested === undefined) {
    if (sole !== undefined && others.length === 0) return sole;
    throw new OAuthError(
      'invalid_request',
      'The parameter redirect_uri is missing, and this client has registered several.',
    );
  }
  if (findRegisteredRedirectUri(requested, client.redirectUris) === undefined) {
    const judgement = judgeRedirectUri(requested);
    throw new OAuthError('invalid_request', 'This client has not registered this redirect_uri.', {
      detail:
        judgement.verdict === 'accepted'
          ? 'redirect_uri is not registered'
          : `redirect_uri cannot be registered: ${judgement.reason}`,
    });
  }
  return requested;
};

/**
 * Phase 2: everything else (RFC 6749 §4.1.1, OAuth 2.1 §4.1.1, RFC 7636 §4.3, RFC 8707 §2).
 *
 * @throws OAuthError that may be redirected to `redirectUri`
 */
export const parseAuthorizationRequest = (
  query: URLSearchParams,
  { client, documentClient }: { readonly client: Client; readonly documentClient?: DocumentClient },
  redirectUri: string,
  policy: AuthorizationPolicy,
): AuthorizationRequest => {
  assertNothingRepeated(query);
  assertNoRequestObject(query);
  assertCodeFlow(query, client);
  const codeChallenge = parseCodeChallenge(query);
  const state = parameter(query, 'state');
  if (state !== undefined && !isEchoable(state))
    throw new OAuthError('invalid_request', 'The state is not valid UTF-8.');

  const resource = resolveResource(
    query.getAll('resource').filter((value) => value !== ''),
    policy.resources.map((description) => description.resource),
  );
  const requiredScopes = policy.resources.find((known) => known.resource === resource)?.requiredScopes ?? [];
  const requestedScope = parameter(query, 'scope');
  const requested = parseScope(requestedScope);
  const scopes = negotiateScopes(requestedScope, requiredScopes, policy.scopes);
  const droppedScopes = requested.filter((scope) => !scopes.includes(scope));
  const addedScopes = scopes.filter((scope) => !requested.includes(scope));
  const implied = impliedScopes(scopes, policy.scopes);
  assertMayAsk(query);

  return withoutUndefined({
    clientId: client.clientId,
    clientSource: client.source,
    clientName: client.clientName,
    clientExpiresAt: client.expiresAt,
    documentClient,
    redirectUri,
    state,
    codeChallenge,
    scopes,
    droppedScopes: droppedScopes.length > 0 ? droppedScopes : undefined,
    addedScopes: addedScopes.length > 0 ? addedScopes : undefined,
    impliedScopes: implied.length > 0 ? implied : undefined,
    resource,
    language: parseUiLocales(query.get('ui_locales')),
  });
};

/** The state to echo in an error response, if there is exactly one and it is valid (RFC 6749 §4.1.2.1). */
export const echoableState = (query: URLSearchParams): string | undefined => {
  const [state, ...others] = query.getAll('state');
  return state && others.length === 0 && isEchoable(state) ? state : undefined;
};

/** The redirect of an error response (RFC 6749 §4.1.2.1), with the issuer (RFC 9207 §2). */
export const errorRedirect = (
  issuer: string,
  request: Pick<AuthorizationRequest, 'redirectUri' | 'state'>,
  error: { readonly code: OAuthErrorCode; readonly message: string },
): string =>
  withResponseParameters(request.redirectUri, {
    error: error.code,
    error_description: error.message,
    state: request.state,
    iss: issuer,
  });

/** The redirect of a successful response (RFC 6749 §4.1.2), with the issuer (RFC 9207 §2). */
export const codeRedirect = (
  issuer: string,
  request: Pick<AuthorizationRequest, 'redirectUri' | 'state'>,
  code: string,
): string => withResponseParameters(request.redirectUri, { code, state: request.state, iss: issuer });

/** RFC 6749 §3.1: no parameter may be repeated, except `resource` (RFC 8707 §2). */
const assertNothingRepeated = (query: URLSearchParams): void => {
  const names = [...query.keys()].filter((name) => name !== 'resource');
  if (new Set(names).size < names.length) throw repeated(undefined);
};

/** A request object could repeat parameters with other values (OpenID Connect Core §6, RFC 9101). */
const assertNoRequestObject = (query: URLSearchParams): void => {
  if (query.has('request')) throw new OAuthError('request_not_supported', 'The request parameter is not supported.');
  if (query.has('request_uri')) {
    throw new OAuthError('request_uri_not_supported', 'The request_uri parameter is not supported.');
  }
  if (query.has('registration')) {
    throw new OAuthError('registration_not_supported', 'The registration parameter is not supported.');
  }
};

const assertCodeFlow = (query: URLSearchParams, client: Client): void => {
  const responseType = parameter(query, 'response_type');
  if (responseType === undefined)
    throw new OAuthError('invalid_request', 'The parameter response_type is missing. Send code.');
  if (responseType !== 'code')
    throw new OAuthError('unsupported_response_type', 'The only supported response_type is code.');
  if ((parameter(query, 'response_mode') ?? 'query') !== 'query') {
    throw new OAuthError('invalid_request', 'The only supported response_mode is query.');
  }
  if (!client.grantTypes.includes('authorization_code')) {
    throw new OAuthError('unauthorized_client', 'This client may not use the authorization code flow.');
  }
};

/** Every client must use PKCE with S256. An omitted method would mean plain (RFC 7636 §4.3, OAuth 2.1 §4.1.1). */
const parseCodeChallenge = (query: URLSearchParams): string => {
  const codeChallenge = parameter(query, 'code_challenge');
  if (codeChallenge === undefined)
    throw new OAuthError('invalid_request', 'The parameter code_challenge is missing. PKCE is required.');
  if (parameter(query, 'code_challenge_method') !== 'S256') {
    throw new OAuthError('invalid_request', 'The code_challenge_method must be S256.');
  }
  if (!CODE_CHALLENGE.test(codeChallenge)) {
    throw new OAuthError('invalid_request', 'The code_challenge must be 43 characters of base64url.');
  }
  return codeChallenge;
};

/** Consent needs interaction, which `prompt=none` forbids (OpenID Connect Core §3.1.2.6). */
const assertMayAsk = (query: URLSearchParams): void => {
  if ((parameter(query, 'prompt') ?? '').split(' ').includes('none')) {
    throw new OAuthError('consent_required', 'This server always asks for consent, so prompt=none is not possible.');
  }
};

/** An empty parameter counts as omitted (RFC 6749 §3.1). */
const parameter = (query: URLSearchParams, name: string): string | undefined => query.get(name) || undefined;

/** A replacement character means that decoding lost bytes, so an echo would differ from what the client sent. */
const isEchoable = (state: string): boolean => !state.includes('\uFFFD') && state.isWellFormed();

const repeated = (name: string | undefined): OAuthError =>
  new OAuthError('invalid_request', name ? `The parameter ${name} is repeated.` : 'A parameter is repeated.');
