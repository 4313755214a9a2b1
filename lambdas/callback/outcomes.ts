import { type AccessPolicy, accessRulesFor, describeLookup } from '../core/authorization/access-rules.ts';
import { errorRedirect } from '../core/authorization/request.ts';
import type { Transaction } from '../core/authorization/transaction.ts';
import { deriveUpstreamLeg } from '../core/authorization/upstream-leg.ts';
import type { EventFields } from '../core/events.ts';
import { CONNECTIONS_PATH } from '../core/grants/connections-session.ts';
import { OAuthError, UnavailableError } from '../core/oauth-error.ts';
import { UpstreamError } from '../core/upstream/errors.ts';
import { clearRememberedBrowser, clearTransaction } from '../runtime/http/cookies.ts';
import { type HttpResponse, seeOther } from '../runtime/http/messages.ts';
import { displayName } from '../runtime/pages/display-name.ts';
import { type LocalizedMessage, messagePage, PageError } from '../runtime/pages/message-page.ts';
import { providerMisconfigured } from '../runtime/pages/provider-pages.ts';
import type { AuthorizationLogin, CallbackDeps, Login } from './deps.ts';
import type { AuthenticatedUser } from './new-grant.ts';

/** The response to a login that failed at the provider. Only a plain refusal is redirected to the client. */
export const loginFailureResponse = async (deps: CallbackDeps, login: Login, error: unknown): Promise<HttpResponse> => {
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
      // The browser reports this and may have forged it, so it is no 5xx of ours.
      return await offerTryAgain(deps, login, 400);
    case 'denied':
      return seeOther(declinedRedirect(deps, transaction), [clearTransaction(transaction.transactionId)]);
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
 * The provider or an AWS service is down. The login stays approved and continues with a new attempt, so that no upstream
 * code is sent twice. If a grant was already stored, its code was never sent.
 */
const offerTryAgain = async (deps: CallbackDeps, login: Login, status: 400 | 503): Promise<HttpResponse> => {
  const { provider, request } = login;
  const href = await nextLegUrl(deps, login, {});
  const message: LocalizedMessage = ({ errors, actions }) => ({
    ...errors.loginFailed(provider.displayName),
    actions: [{ label: actions.tryAgain, href }],
  });
  return messagePage(deps.site, request, message, {
    code: 'temporarily_unavailable',
    status,
    headers: { 'retry-after': '5' },
  });
};

/** The user logged in but has no access. The page shows the account, and offers another account or the way back. */
export const notAllowedResponse = async (
  deps: CallbackDeps,
  login: AuthorizationLogin,
  { identity, foundClaims }: AuthenticatedUser,
): Promise<HttpResponse> => {
  const { provider, request, transaction } = login;
  const rules = { providers: { [provider.id]: accessRulesFor(deps.access, provider.id) } };
  const lookup = describeLookup(identity, rules, provider, foundClaims);
  logFailure(deps, login, 'not_allowed', `no access rule matches this user. ${lookup}`);
  const email = displayName(identity.email);
  const anotherAccount = await nextLegUrl(deps, login, { selectAccount: true });
  const denied = new OAuthError('access_denied', 'The user has no access to this server.');
  const application = errorRedirect(deps.issuer, transaction.request, denied);
  const message: LocalizedMessage = ({ errors, actions }) => ({
    ...(email !== undefined && !identity.emailVerified
      ? errors.emailNotVerified(provider.displayName, email)
      : errors.notAllowed(provider.displayName, email ?? displayName(identity.name))),
    actions: [
      { label: actions.useAnotherAccount, href: anotherAccount },
      { label: actions.returnToApplication, href: application },
    ],
  });
  return messagePage(deps.site, request, message, { code: 'access_denied', status: 403 });
};

/**
 * The form was skipped because of a remembered consent, but another user logged in or the consent has ended. The next
 * request shows the form.
 */
export const otherUserResponse = (deps: CallbackDeps, login: AuthorizationLogin): HttpResponse => {
  logFailure(deps, login, 'other_user', 'the remembered consent belongs to another user, or has ended');
  return messagePage(deps.site, login.request, ({ errors }) => errors.consentNotRemembered, {
    code: 'access_denied',
    status: 403,
    cookies: [clearTransaction(login.transaction.transactionId), clearRememberedBrowser()],
  });
};

/** The scopes that the access rules refuse, and why that ends the login. */
export interface ScopeDenial {
  readonly refused: readonly string[];
  readonly reason: 'nothing_left' | 'refused_before';
}

const WHY: Readonly<Record<ScopeDenial['reason'], string>> = {
  nothing_left: 'Without them the client could do nothing.',
  refused_before: 'An earlier login was refused the same, and nothing else is requested.',
};

/** The user has access, but to none of the scopes that the client asked for. The client is told which, and why. */
export const noScopeResponse = (
  deps: CallbackDeps,
  login: AuthorizationLogin,
  { identity, foundClaims }: AuthenticatedUser,
  { refused, reason }: ScopeDenial,
): HttpResponse => {
  const { request, transactionId } = login.transaction;
  const scopes = refused.join(' ');
  const rules = Object.entries(deps.access.scopes ?? {}).filter(([scope]) => refused.includes(scope));
  const policy: AccessPolicy = { rules: 'everyone', providers: {}, scopes: Object.fromEntries(rules) };
  const lookup = describeLookup(identity, policy, login.provider, foundClaims);
  logFailure(deps, login, 'no_scope', `grantedTo refuses this user: ${scopes}. ${WHY[reason]} ${lookup}`);
  const description = `The access rules do not allow this account these scopes: ${scopes}. ${WHY[reason]}`;
  const denied = new OAuthError('access_denied', description);
  return seeOther(errorRedirect(deps.issuer, request, denied), [clearTransaction(transactionId)]);
};

/** Where the browser goes when the user declined at the provider. */
const declinedRedirect = (deps: CallbackDeps, { request }: Transaction): string =>
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

const declined = (): OAuthError =>
  new OAuthError('access_denied', 'The user declined the login at the identity provider.');

export const transactionGone = (): PageError =>
  new PageError('invalid_request', ({ errors }) => errors.loginExpired, {
    detail: 'the transaction is gone, expired, or at another attempt',
  });

export const transactionUsed = (): PageError =>
  new PageError('invalid_request', ({ errors }) => errors.loginUsed, { detail: 'the transaction was already used' });
