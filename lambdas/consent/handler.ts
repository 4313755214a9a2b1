import { errorRedirect } from '../core/authorization/request.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { findPageCookie } from '../runtime/http/cookies.ts';
import { formParameters } from '../runtime/http/forms.ts';
import { type Handler, seeOther } from '../runtime/http/messages.ts';
import { isSameOrigin } from '../runtime/http/same-origin.ts';
import { formExpired, formFromElsewhere } from '../runtime/pages/form-errors.ts';
import { PageError } from '../runtime/pages/message-page.ts';
import type { Clock, Log, RequestSealer, SealingKeys, TransactionStore } from '../runtime/ports/index.ts';
import type { IdentityProvider, IdentityProviders } from '../runtime/services/identity-providers.ts';
import { startLogin } from '../runtime/services/start-login.ts';

/** A sealed request with the longest allowed state and redirect URI takes about 12 KB. */
const MAX_FORM_BYTES = 32_768;

export interface ConsentDeps {
  readonly issuer: string;
  readonly identityProviders: IdentityProviders;
  readonly transactionSeconds: number;
  readonly transactions: TransactionStore;
  readonly sealer: RequestSealer;
  readonly sealingKeys: SealingKeys;
  readonly now: Clock;
  readonly log: Log;
}

/**
 * Handles the user's decision. What was requested comes from the sealed request alone (#2). The browser is bound to the
 * transaction only after approval (#127).
 */
export const consentHandler =
  (deps: ConsentDeps): Handler =>
  async (request) => {
    const now = deps.now();
    const form = formParameters(request, { maxBytes: MAX_FORM_BYTES });

    // Cross-site request forgery (#129): the form must come from our page, in this browser, and must be sealed by us.
    if (!isSameOrigin(request, deps.issuer)) throw formFromElsewhere();
    const pageCookie = findPageCookie(request);
    if (pageCookie === undefined) throw cookiesMissing();
    const opened = await deps.sealer.open(form.get('request') ?? '', pageCookie, now);
    if (!opened) throw formExpired('the sealed request is altered, expired, or from another browser');
    const { transactionId, sealingKeyId, request: authorization, expiresAt } = opened;
    request.language = authorization.language;

    // One answer for one form: a denied form cannot be approved, and an approved one cannot be denied.
    if (form.get('decision') === 'deny') {
      if ((await deps.transactions.deny(transactionId, expiresAt)) === 'used') throw formUsed();
      deps.log('consent_denied', { requestId: request.requestId, clientId: authorization.clientId });
      const denied = new OAuthError('access_denied', 'The user denied the request.');
      return seeOther(errorRedirect(deps.issuer, authorization, denied));
    }

    const provider = chosenProvider(deps.identityProviders, form);
    const key = await deps.sealingKeys.find(sealingKeyId);
    if (!key) throw formExpired('the sealing key no longer exists');
    const remember = form.get('remember') === 'yes' && authorization.clientFingerprint !== undefined;
    const login = { transactionId, request: authorization, ...(remember ? { remember } : {}) };
    const answer = await startLogin(deps, request, login, { provider, key, now });
    if (answer === 'used') throw formUsed();
    deps.log('consent_given', {
      requestId: request.requestId,
      clientId: authorization.clientId,
      identityProvider: provider.id,
    });
    return answer;
  };

const chosenProvider = (identityProviders: IdentityProviders, form: URLSearchParams): IdentityProvider => {
  const [sole, ...others] = identityProviders.values();
  const id = form.get('idp');
  const provider = id !== null ? identityProviders.get(id) : others.length === 0 ? sole : undefined;
  const isApproved = id !== null || form.get('decision') === 'approve';
  if (!isApproved || !provider) throw new OAuthError('invalid_request', 'The form contains no decision.');
  return provider;
};

const cookiesMissing = (): PageError =>
  new PageError('access_denied', ({ errors }) => errors.cookieMissing, { detail: 'the page cookie is missing' });

const formUsed = (): PageError =>
  new PageError('invalid_request', ({ errors }) => errors.formUsed, {
    detail: 'the form was already answered',
  });
