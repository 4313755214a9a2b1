import { CONNECTIONS_PATH, SESSION_SECONDS } from '../core/grants/connections-session.ts';
import { clearTransaction, setSession } from '../runtime/http/cookies.ts';
import { type HttpResponse, seeOther } from '../runtime/http/messages.ts';
import type { CallbackDeps, Login } from './deps.ts';
import type { AuthenticatedUser } from './new-grant.ts';

/**
 * Lets a user manage their connections for a few minutes. No access rule applies: users who lost access may still see and
 * end the connections that they once allowed. Nothing is stored.
 */
export const openConnections = async (
  deps: CallbackDeps,
  { request, transaction }: Login,
  { identity, subject }: AuthenticatedUser,
): Promise<HttpResponse> => {
  const account = identity.email ?? identity.name;
  const session = { subject, ...(account === undefined ? {} : { account }) };
  const sealed = await deps.sessions.seal(session, deps.now());
  deps.log('connections_opened', {
    requestId: request.requestId,
    subject,
    identityProvider: identity.identityProviderId,
  });
  return seeOther(`${deps.issuer}${CONNECTIONS_PATH}`, [
    clearTransaction(transaction.transactionId),
    setSession(sealed, SESSION_SECONDS),
  ]);
};
