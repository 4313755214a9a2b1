import type { AuthorizationTransaction, ConnectionsTransaction } from '../../core/authorization/transaction.ts';
import { deriveBrowserBinding, deriveUpstreamLeg } from '../../core/authorization/upstream-leg.ts';
import { UnavailableError } from '../../core/oauth-error.ts';
import { bindTransaction } from '../http/cookies.ts';
import { type HttpRequest, type HttpResponse, seeOther } from '../http/messages.ts';
import { withProviderErrorPage } from '../pages/provider-pages.ts';
import type { Log, SealingKey, TransactionStore } from '../ports/index.ts';
import type { IdentityProvider } from './identity-providers.ts';

/** The purpose of a login, and its id. */
export type NewLogin =
  | Pick<AuthorizationTransaction, 'transactionId' | 'request' | 'remember' | 'rememberedSubject'>
  | Pick<ConnectionsTransaction, 'transactionId' | 'purpose'>;

/** `startLogin` for a login with a new random id, which cannot have been used before. */
export const startNewLogin = async (
  ...[deps, request, login, facts]: Parameters<typeof startLogin>
): Promise<HttpResponse> => {
  const response = await startLogin(deps, request, login, facts);
  if (response === 'used') throw new UnavailableError('transaction', new Error('a new random id was already in use'));
  return response;
};

/**
 * Stores an approved login in one write, binds this browser to it (#127) and redirects it to the identity provider. If
 * the same form is submitted again, the row and the redirect are the same.
 *
 * @param key the key from which state, nonce, verifier and cookie are derived
 * @returns the redirect, or `used` when the login has already moved on
 * @throws PageError when the provider is misconfigured; UnavailableError
 */
export const startLogin = async (
  deps: { readonly transactions: TransactionStore; readonly transactionSeconds: number; readonly log: Log },
  request: HttpRequest,
  login: NewLogin,
  { provider, key, now }: { readonly provider: IdentityProvider; readonly key: SealingKey; readonly now: number },
): Promise<HttpResponse | 'used'> => {
  const { transactionId } = login;
  const transaction = await deps.transactions.approve({
    ...login,
    identityProviderId: provider.id,
    status: 'approved',
    leg: 1,
    sealingKeyId: key.id,
    expiresAt: now + deps.transactionSeconds,
  });
  if (transaction === 'used') return 'used';

  const leg = deriveUpstreamLeg(key, transactionId, provider.id, transaction.leg);
  const location = await withProviderErrorPage(
    provider,
    provider.idp.authorizationUrl(leg, { identityOnly: !('request' in login) }),
    {
      log: deps.log,
      requestId: request.requestId,
      ...('request' in login ? { clientId: login.request.clientId } : {}),
    },
  );
  const binding = deriveBrowserBinding(key, transactionId);
  return seeOther(location.href, bindTransaction(request, transactionId, binding, now, deps.transactionSeconds));
};
