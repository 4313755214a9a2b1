import { canBeRemembered, computeClientFingerprint } from '../core/authorization/consent.ts';
import {
  type AuthorizationPolicy,
  echoableState,
  errorRedirect,
  parseAuthorizationRequest,
  parseClientReference,
  resolveRedirectUri,
} from '../core/authorization/request.ts';
import type { AuthorizationRequest } from '../core/authorization/transaction.ts';
import { newId } from '../core/crypto.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { keepPageCookie } from '../runtime/http/cookies.ts';
import { type Handler, type HttpRequest, type HttpResponse, seeOther } from '../runtime/http/messages.ts';
import { consentPage } from '../runtime/pages/consent-page.ts';
import { messagesFor } from '../runtime/pages/locales/locales.ts';
import type { Site } from '../runtime/pages/site.ts';
import type {
  ClientResolver,
  Clock,
  KeyRingStore,
  Log,
  RequestSealer,
  SealingKeys,
  TransactionStore,
} from '../runtime/ports/index.ts';
import type { ConsentMemory } from '../runtime/services/consent-memory.ts';
import type { IdentityProviders } from '../runtime/services/identity-providers.ts';
import { startNewLogin } from '../runtime/services/start-login.ts';
import { findClient } from './client.ts';

export interface AuthorizeDeps {
  readonly issuer: string;
  readonly site: Site;
  readonly policy: AuthorizationPolicy;
  readonly identityProviders: readonly { readonly id: string; readonly displayName: string }[];
  /** How long the form can be submitted, and so how long the browser keeps its page cookie. */
  readonly transactionSeconds: number;
  readonly clients: Pick<ClientResolver, 'findForAuthorization'>;
  readonly sealer: RequestSealer;
  /** Undefined where the configuration remembers no consents: then this endpoint writes nothing. */
  readonly remembered: RememberedDeps | undefined;
  readonly now: Clock;
  readonly log: Log;
}

/** Dependencies of a login that skips the form. */
export interface RememberedDeps {
  readonly consentMemory: ConsentMemory;
  readonly transactions: TransactionStore;
  readonly transactionSeconds: number;
  readonly identityProviders: IdentityProviders;
  readonly keyRings: Pick<KeyRingStore, 'readLatestKeyRing'>;
  readonly sealingKeys: SealingKeys;
  readonly log: Log;
}

/** Authorization endpoint (RFC 6749 §3.1): validates the request and asks the user for consent. */
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

    // The form is skipped only where the configuration remembers consents and the user asked for it.
    if (deps.remembered !== undefined && canBeRemembered(client, redirectUri)) {
      authorization = { ...authorization, clientFingerprint: computeClientFingerprint(client) };
      const response = await skipForm(deps.remembered, request, authorization, now);
      if (response !== undefined) return response;
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

/**
 * Redirects the browser to the identity provider if its user has a remembered consent to this request. The login
 * completes only for that user. Undefined: show the form.
 */
const skipForm = async (
  deps: RememberedDeps,
  request: HttpRequest,
  authorization: AuthorizationRequest,
  now: number,
): Promise<HttpResponse | undefined> => {
  const recalled = await deps.consentMemory.recall(request, authorization, deps.keyRings, now);
  const provider = recalled && deps.identityProviders.get(recalled.identityProviderId);
  if (!provider) return undefined;

  const { subject } = recalled;
  const key = await deps.sealingKeys.current();
  const login = { transactionId: newId(), request: authorization, rememberedSubject: subject };
  const response = await startNewLogin(deps, request, login, { provider, key, now });
  deps.log('consent_remembered', {
    requestId: request.requestId,
    clientId: authorization.clientId,
    identityProvider: provider.id,
    subject,
  });
  return response;
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
