import { errorRedirect } from '../core/authorization/request.ts';
import type { Transaction } from '../core/authorization/transaction.ts';
import { deriveUpstreamLeg } from '../core/authorization/upstream-leg.ts';
import type { EventFields } from '../core/events.ts';
import { CONNECTIONS_PATH } from '../core/grants/connections-session.ts';
import { OAuthError, UnavailableError } from '../core/oauth-error.ts';
import { UpstreamError } from '../core/upstream/errors.ts';
import type { UpstreamIdentity } from '../core/upstream/identity.ts';
import { clearRememberedBrowser, clearTransaction } from '../runtime/http/cookies.ts';
import { type HttpResponse, seeOther } from '../runtime/http/messages.ts';
import { displayName } from '../runtime/pages/display-name.ts';
import { type LocalizedMessage, messagePage, PageError } from '../runtime/pages/message-page.ts';
import { providerMisconfigured } from '../runtime/pages/provider-pages.ts';
import type { AuthorizationLogin, CallbackDeps, Login } from './deps.ts';

/** What becomes of a login that did not end with a person. Only a plain refusal is told to the client. */
export const answerLoginFailure = async (deps: CallbackDeps, login: Login, error: unknown): Promise<HttpResponse> => {
  const { provider, transaction } = login;
  if (error instanceof UnavailableError) {
    const cause = error.cause instanceof Error ? error.cause.message : undefined;
    logFailure(deps, login, 'unavailable', cause ?? error.message);
    return await offerTryAgain(deps, login, 503);
  }
  if (!(error instanceof UpstreamError)) throw error;
  logFailure(deps, login, error.reason, error.message, error);
  switch (error.reason) {
    case 'unavailable':
      // The browser says so, and may have made it up: no fault that we saw.
      return await offerTryAgain(deps, login, 400);
    case 'denied':
      return seeOther(wayBack(deps, transaction), [clearTransaction(transaction.transactionId)]);
    case 'misconfigured':
      throw providerMisconfigured(provider.displayName, error);
    case 'rejected':
      throw new PageError('access_denied', ({ errors }) => errors.providerNotTrusted(provider.displayName), {
        detail: error.message,
        cause: error,
      });
  }
};

/**
 * The provider or a service of ours is down: the login stays approved and goes on with a new leg, so that no upstream
 * code is sent twice. If a grant was stored meanwhile, its code has never left.
 */
const offerTryAgain = async (deps: CallbackDeps, login: Login, status: 400 | 503): Promise<HttpResponse> => {
  const { provider, request } = login;
  const href = await nextLegUrl(deps, login, {});
  const message: LocalizedMessage = ({ errors, actions }) => ({
    ...errors.loginFailed(provider.displayName),
    actions: [{ label: actions.tryAgain, href }],
  });
  return messagePage(deps.site, request, message, { status, headers: { 'retry-after': '5' } });
};

/** Signed in, but not invited: says as whom, and offers another account or the way back. */
export const answerNotAllowed = async (
  deps: CallbackDeps,
  login: AuthorizationLogin,
  identity: UpstreamIdentity,
): Promise<HttpResponse> => {
  const { provider, request, transaction } = login;
  logFailure(deps, login, 'not_allowed', 'no access rule names this person');
  const email = displayName(identity.email);
  const [anotherAccount, application] = [
    await nextLegUrl(deps, login, { selectAccount: true }),
    errorRedirect(deps.issuer, transaction.request, new OAuthError('access_denied', 'Access is not granted.')),
  ];
  const message: LocalizedMessage = ({ errors, actions }) => ({
    ...(email !== undefined && !identity.emailVerified
      ? errors.emailNotVerified(provider.displayName, email)
      : errors.notAllowed(provider.displayName, email ?? displayName(identity.name))),
    actions: [
      { label: actions.useAnotherAccount, href: anotherAccount },
      { label: actions.returnToApplication, href: application },
    ],
  });
  return messagePage(deps.site, request, message, { status: 403 });
};

/** Nobody was asked, for the consent of somebody was remembered; it was not theirs, or is over: the form comes next. */
export const answerOtherPerson = (deps: CallbackDeps, login: AuthorizationLogin): HttpResponse => {
  logFailure(deps, login, 'other_person', 'the remembered consent is not of this person, or has ended');
  return messagePage(deps.site, login.request, ({ errors }) => errors.consentNotRemembered, {
    status: 403,
    cookies: [clearTransaction(login.transaction.transactionId), clearRememberedBrowser()],
  });
};

/** May come in, but may have nothing of what the program asked for: told to the program, so that it does not ask again. */
export const answerNoScope = (deps: CallbackDeps, login: AuthorizationLogin): HttpResponse => {
  const { request, transactionId } = login.transaction;
  logFailure(deps, login, 'no_scope', 'no scope that was asked for may be granted to this person');
  const denied = new OAuthError('access_denied', 'This account may have none of the scopes that were asked for.');
  return seeOther(errorRedirect(deps.issuer, request, denied), [clearTransaction(transactionId)]);
};

/** Where somebody goes who declined at the provider. */
const wayBack = (deps: CallbackDeps, { request }: Transaction): string =>
  request === undefined ? `${deps.issuer}${CONNECTIONS_PATH}` : errorRedirect(deps.issuer, request, declined());

const nextLegUrl = async (
  deps: CallbackDeps,
  { transaction, provider, key }: Login,
  options: { selectAccount?: boolean },
): Promise<string> => {
  const { transactionId } = transaction;
  const released = await deps.transactions.releaseForRetry(transactionId, transaction.leg);
  const leg = deriveUpstreamLeg(key, transactionId, provider.id, released.leg);
  const identityOnly = transaction.request === undefined;
  return (await provider.idp.authorizationUrl(leg, { ...options, identityOnly })).href;
};

type Reason = EventFields['login_failed']['reason'];

const logFailure = (
  deps: CallbackDeps,
  login: Login,
  reason: Reason,
  detail: string,
  { isFromBrowser }: { readonly isFromBrowser?: boolean } = {},
): void =>
  deps.log('login_failed', {
    requestId: login.request.requestId,
    clientId: login.transaction.request?.clientId,
    identityProvider: login.provider.id,
    reason,
    ...(isFromBrowser ? { isFromBrowser } : {}),
    detail,
  });

const declined = (): OAuthError => new OAuthError('access_denied', 'The login was declined at the identity provider.');

export const transactionGone = (): PageError =>
  new PageError('invalid_request', ({ errors }) => errors.loginExpired, {
    detail: 'transaction is gone, expired, or in another leg',
  });

export const transactionUsed = (): PageError =>
  new PageError('invalid_request', ({ errors }) => errors.loginUsed, { detail: 'transaction was taken before' });
