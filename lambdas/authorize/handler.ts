import { clientFingerprintOf, mayBeRemembered } from '../core/authorization/consent.ts';
import {
  type AuthorizationPolicy,
  echoableState,
  errorRedirect,
  parseAuthorizationRequest,
  parseClientReference,
  resolveRedirectUri,
} from '../core/authorization/request.ts';
import type { AuthorizationRequest } from '../core/authorization/transaction.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { keepPageCookie } from '../runtime/http/cookies.ts';
import { type Handler, type HttpRequest, type HttpResponse, seeOther } from '../runtime/http/messages.ts';
import { consentPage } from '../runtime/pages/consent-page.ts';
import { messagesFor } from '../runtime/pages/locales/locales.ts';
import type { Site } from '../runtime/pages/site.ts';
import type { ClientResolver, Clock, Log, RequestSealer } from '../runtime/ports/index.ts';
import { findClient } from './client.ts';
import { continueRemembered, type RememberedDeps } from './remembered.ts';

export interface AuthorizeDeps {
  readonly issuer: string;
  readonly site: Site;
  readonly policy: AuthorizationPolicy;
  readonly identityProviders: readonly { readonly id: string; readonly displayName: string }[];
  /** How long a form can be sent, and so how long the browser must keep its page cookie. */
  readonly transactionSeconds: number;
  readonly clients: Pick<ClientResolver, 'findForAuthorization'>;
  readonly sealer: RequestSealer;
  /** Undefined where no consent is remembered: then this endpoint writes nothing. */
  readonly remembered: RememberedDeps | undefined;
  readonly now: Clock;
  readonly log: Log;
}

/** Authorization endpoint (RFC 6749 §3.1): checks the request and asks for consent. */
export const authorizeHandler =
  (deps: AuthorizeDeps): Handler =>
  async (request) => {
    const now = deps.now();

    // Phase 1: client and redirect URI. Errors are shown here and never redirected (RFC 6749 §4.1.2.1).
    const reference = parseClientReference(request.query);
    const known = await findClient(deps.clients, reference.clientId, now);
    const { client } = known;
    const redirectUri = resolveRedirectUri(client, reference.redirectUri);

    // Phase 2: everything else. Errors go back to the client, with state and issuer.
    let authorization: AuthorizationRequest;
    try {
      authorization = parseAuthorizationRequest(request.query, known, redirectUri, deps.policy);
    } catch (error) {
      return refuseByRedirect(deps, request, redirectUri, error);
    }

    // Only where the configuration remembers consents, and the person asked for it.
    if (deps.remembered !== undefined && mayBeRemembered(client, redirectUri)) {
      authorization = { ...authorization, clientFingerprint: clientFingerprintOf(client) };
      const answer = await continueRemembered(deps.remembered, request, authorization, now);
      if (answer !== undefined) return answer;
    }

    const pageCookie = keepPageCookie(request, deps.transactionSeconds);
    const sealedRequest = await deps.sealer.seal(authorization, pageCookie.value, now);
    deps.log('consent_shown', { requestId: request.requestId, clientId: client.clientId });
    return consentPage({
      site: deps.site,
      messages: messagesFor(request),
      request: authorization,
      client,
      scopes: deps.policy.scopes,
      identityProviders: deps.identityProviders,
      sealedRequest,
      canRemember: authorization.clientFingerprint !== undefined,
      cookies: [pageCookie.cookie],
    });
  };

const refuseByRedirect = (
  deps: AuthorizeDeps,
  request: HttpRequest,
  redirectUri: string,
  error: unknown,
): HttpResponse => {
  if (!(error instanceof OAuthError)) throw error;
  deps.log('request_refused', {
    requestId: request.requestId,
    path: request.path,
    error: error.code,
    detail: error.detail ?? error.message,
  });
  const state = echoableState(request.query);
  return seeOther(errorRedirect(deps.issuer, { redirectUri, ...(state === undefined ? {} : { state }) }, error));
};
