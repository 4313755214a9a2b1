import type { AuthorizationTransaction, ConnectionsTransaction } from '../../core/authorization/transaction.ts';
import { deriveBrowserBinding, deriveUpstreamLeg } from '../../core/authorization/upstream-leg.ts';
import { UnavailableError } from '../../core/oauth-error.ts';
import { bindTransaction } from '../http/cookies.ts';
import { type HttpRequest, type HttpResponse, seeOther } from '../http/messages.ts';
import { withProviderErrorPage } from '../pages/provider-pages.ts';
import type { Log, SealingKey, TransactionStore } from '../ports/index.ts';
import type { IdentityProvider } from './identity-providers.ts';

/** What a login is for, and the id that it has. */
export type NewLogin =
  | Pick<AuthorizationTransaction, 'transactionId' | 'request' | 'remember' | 'rememberedSubject'>
  | Pick<ConnectionsTransaction, 'transactionId' | 'purpose'>;

/** `startLogin` of a login whose id is new: that it was used before is no answer, but a fault of ours. */
export const startNewLogin = async (
  ...[deps, request, login, facts]: Parameters<typeof startLogin>
): Promise<HttpResponse> => {
  const answer = await startLogin(deps, request, login, facts);
  if (answer === 'used') throw new UnavailableError('transaction', new Error('a random id was there before'));
  return answer;
};

/**
 * Stores an approved login in one write, binds this browser to it (catalogue #127), and sends it to the identity
 * provider. The same login started again is the same row and the same 303.
 *
 * @param key what state, nonce, verifier and cookie are derived from
 * @returns `used` when the login is past its start already
 * @throws PageError when the provider is not set up; UnavailableError
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
