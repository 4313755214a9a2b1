import { errorRedirect } from '../shared/core/authorization-request.ts';
import { deriveBrowserBinding, deriveUpstreamLeg } from '../shared/core/derived.ts';
import { OAuthError } from '../shared/core/oauth-error.ts';
import { bindTransaction, findPageCookie } from '../shared/http/cookies.ts';
import { formParameters } from '../shared/http/forms.ts';
import { type Flow, type HttpRequest, seeOther, singleHeader } from '../shared/http/message.ts';
import type { IdentityProvider, IdentityProviders } from '../shared/identity-providers.ts';
import { PageError } from '../shared/pages/message-page.ts';
import { orMisconfigured } from '../shared/pages/provider-pages.ts';
import type { Clock, Log, RequestSealer, SealingKeys, TransactionStore } from '../shared/ports.ts';

/** A sealed request with the longest state and redirect URI takes about 12 KB. */
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
 * The person's answer. Nothing but the sealed request says what was asked (catalogue #2); the browser is bound to the
 * transaction only now, after approval (catalogue #127).
 */
export const consentFlow =
  (deps: ConsentDeps): Flow =>
  async (request) => {
    const now = deps.now();
    const form = formParameters(request, { maxBytes: MAX_FORM_BYTES });

    // Cross-site request forgery: our own page, this browser, this very form (catalogue #129).
    assertSameOrigin(request, deps.issuer);
    const pageCookie = findPageCookie(request);
    if (pageCookie === undefined) throw cookiesMissing();
    const opened = await deps.sealer.open(form.get('request') ?? '', pageCookie, now);
    if (!opened) throw formExpired();
    const { transactionId, sealingKeyId, request: authorization } = opened;

    if (form.get('decision') === 'deny') {
      deps.log('consent_denied', { requestId: request.requestId, clientId: authorization.clientId });
      const denied = new OAuthError('access_denied', 'The person denied the request.');
      return seeOther(errorRedirect(deps.issuer, authorization, denied));
    }

    const provider = chosenProvider(deps.identityProviders, form);
    const key = await deps.sealingKeys.find(sealingKeyId);
    if (!key) throw formExpired();
    const transaction = await deps.transactions.approve({
      transactionId,
      request: authorization,
      identityProviderId: provider.id,
      status: 'approved',
      leg: 1,
      sealingKeyId,
      expiresAt: now + deps.transactionSeconds,
    });
    if (transaction === 'used') throw formUsed();

    const leg = deriveUpstreamLeg(key, transactionId, provider.id, transaction.leg);
    const location = await orMisconfigured(provider.displayName, provider.idp.authorizationUrl(leg));
    deps.log('consent_given', {
      requestId: request.requestId,
      clientId: authorization.clientId,
      identityProvider: provider.id,
    });
    const binding = deriveBrowserBinding(key, transactionId);
    return seeOther(location.href, bindTransaction(request, transactionId, binding, now, deps.transactionSeconds));
  };

/** Browsers send `Origin` with every form; one that does not still says `Sec-Fetch-Site`. */
const assertSameOrigin = (request: HttpRequest, issuer: string): void => {
  const isSameOrigin = request.headers.has('origin')
    ? singleHeader(request, 'origin') === issuer
    : singleHeader(request, 'sec-fetch-site') === 'same-origin';
  if (!isSameOrigin) {
    throw new PageError('access_denied', ({ messages }) => messages.formFromElsewhere, {
      detail: 'Origin is not the issuer',
    });
  }
};

const chosenProvider = (identityProviders: IdentityProviders, form: URLSearchParams): IdentityProvider => {
  const [sole, ...others] = identityProviders.values();
  const id = form.get('idp');
  const provider = id !== null ? identityProviders.get(id) : others.length === 0 ? sole : undefined;
  const isApproved = id !== null || form.get('decision') === 'approve';
  if (!isApproved || !provider) throw new OAuthError('invalid_request', 'The form does not say what you decided.');
  return provider;
};

const cookiesMissing = (): PageError =>
  new PageError('access_denied', ({ messages }) => messages.cookieMissing, { detail: 'page cookie is missing' });

const formExpired = (): PageError =>
  new PageError('invalid_request', ({ messages }) => messages.formExpired, {
    detail: 'sealed request does not open: altered, expired, or of another browser',
  });

const formUsed = (): PageError =>
  new PageError('invalid_request', ({ messages }) => messages.formUsed, {
    detail: 'the transaction of this seal is past approved',
  });
