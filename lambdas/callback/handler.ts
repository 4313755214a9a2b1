import { accessRulesFor, grantedScopes, isAllowed } from '../core/authorization/access-rules.ts';
import { codeRedirect } from '../core/authorization/request.ts';
import { asksOnlyForRefusedScopes, hasNoEffectiveScope, wereRefusedBefore } from '../core/authorization/step-up.ts';
import type { AuthorizationRequest, Transaction } from '../core/authorization/transaction.ts';
import { deriveSubject, deriveUpstreamLeg } from '../core/authorization/upstream-leg.ts';
import { extendedClientExpiry, usedClientExpiry } from '../core/clients/lifetime.ts';
import { isLive } from '../core/grants/grant.ts';
import { clearTransaction } from '../runtime/http/cookies.ts';
import { type Handler, type HttpResponse, seeOther } from '../runtime/http/messages.ts';
import { withProviderErrorPage } from '../runtime/pages/provider-pages.ts';
import { openConnections } from './connections.ts';
import type { AuthorizationLogin, CallbackDeps, Login } from './deps.ts';
import { type AuthenticatedUser, newGrant } from './new-grant.ts';
import {
  loginFailureResponse,
  noScopeResponse,
  notAllowedResponse,
  otherUserResponse,
  type ScopeDenial,
  transactionGone,
  transactionUsed,
} from './outcomes.ts';
import { verifyState } from './verify-state.ts';

/**
 * The callback from the identity provider: identifies the user, applies the access rules, and returns to the client with
 * a code (OpenID Connect Core §3.1.2.5, RFC 6749 §4.1.2).
 */
export const callbackHandler =
  (deps: CallbackDeps): Handler =>
  async (request) => {
    // State and cookie together prove that this browser approved this login. Nothing is read or written before.
    const { provider, key, reference } = await verifyState(deps, request);

    // These steps may fail without harm only before the transaction is used.
    const subjectSecret = await deps.subjectSecret();
    await withProviderErrorPage(provider, provider.idp.prepare(), { log: deps.log, requestId: request.requestId });
    const transaction = await takeTransaction(deps, provider.id, reference);
    request.language = transaction.request?.language;

    const leg = deriveUpstreamLeg(key, transaction.transactionId, provider.id, transaction.leg);
    const login: Login = { request, provider, key, transaction };
    try {
      const { identity, tokens, foundClaims } = await provider.idp.identify(request.query, leg);
      const user = {
        identity,
        subject: deriveSubject(subjectSecret, identity.issuer, identity.subject),
        tokens,
        foundClaims,
      };
      return transaction.purpose === 'connections'
        ? await openConnections(deps, login, user)
        : await authorizeClient(deps, { ...login, transaction }, user);
    } catch (error) {
      return await loginFailureResponse(deps, login, error);
    }
  };

/** Issues a code if the rules give the user access and at least one useful scope. */
const authorizeClient = async (
  deps: CallbackDeps,
  login: AuthorizationLogin,
  user: AuthenticatedUser,
): Promise<HttpResponse> => {
  const { provider, transaction } = login;
  if (!(await mayComplete(deps, login, user))) return otherUserResponse(deps, login);
  const rules = accessRulesFor(deps.access, provider.id);
  if (!isAllowed(user.identity, rules, provider.kind)) return await notAllowedResponse(deps, login, user);
  const scopes = grantedScopes(user.identity, transaction.request, deps.access, provider.kind);
  const denial = await findDenial(deps, transaction.request, scopes, user.subject);
  if (denial !== undefined) return noScopeResponse(deps, login, user, denial);
  return await issueCode(deps, login, user, scopes);
};

/** A login that skipped the form must end with the user who had given the consent. Any other login was approved on it. */
const mayComplete = async (
  { consentMemory, now }: CallbackDeps,
  { transaction }: AuthorizationLogin,
  { subject }: AuthenticatedUser,
): Promise<boolean> =>
  transaction.rememberedSubject === undefined ||
  (await consentMemory?.isStillGiven(transaction, subject, now())) === true;

const takeTransaction = async (
  deps: CallbackDeps,
  identityProviderId: string,
  { transactionId, leg }: { readonly transactionId: string; readonly leg: number },
): Promise<Transaction> => {
  const transaction = await deps.transactions.takeForExchange(transactionId, {
    identityProviderId,
    leg,
    now: deps.now(),
  });
  if (transaction === 'gone') throw transactionGone();
  if (transaction === 'used') throw transactionUsed();
  return transaction;
};

/**
 * Why no code is issued. A user who may have part of what the client asked for always gets that part. Earlier grants are read
 * only if the client asked for nothing else than what is refused.
 */
const findDenial = async (
  { grantDirectory, now }: CallbackDeps,
  request: AuthorizationRequest,
  granted: readonly string[],
  subject: string,
): Promise<ScopeDenial | undefined> => {
  const refused = request.scopes.filter((scope) => !granted.includes(scope));
  if (refused.length === 0) return undefined;
  if (hasNoEffectiveScope(granted)) return { refused, reason: 'nothing_left' };
  if (!asksOnlyForRefusedScopes(request, granted)) return undefined;
  const earlier = (await grantDirectory.grantsOfSubject(subject, now())).filter(
    (grant) => isLive(grant, now()) && grant.clientId === request.clientId && grant.resource === request.resource,
  );
  return wereRefusedBefore(refused, earlier) ? { refused, reason: 'refused_before' } : undefined;
};

/** Stores a document client as the user saw it. Extends the lifetime of any other client when that is due. */
const keepClient = async (
  { clients, refreshTokenAbsoluteDays }: CallbackDeps,
  { clientId, clientExpiresAt, documentClient }: AuthorizationRequest,
  now: number,
): Promise<void> => {
  if (documentClient !== undefined) {
    const expiresAt = usedClientExpiry(now, refreshTokenAbsoluteDays);
    return clients.putDocumentClient({ ...documentClient, expiresAt }, now);
  }
  const expiresAt = extendedClientExpiry(clientExpiresAt, now, refreshTokenAbsoluteDays);
  if (expiresAt !== undefined) await clients.extendClient(clientId, expiresAt);
};

/** Sends the code only after its grant is stored. The client must live at least as long as the grant may. */
const issueCode = async (
  deps: CallbackDeps,
  login: AuthorizationLogin,
  user: AuthenticatedUser,
  scopes: readonly string[],
): Promise<HttpResponse> => {
  const now = deps.now();
  const { request, provider, transaction } = login;
  const { request: authorization, transactionId } = transaction;
  const { grant, code } = await newGrant(deps, provider, authorization, scopes, user, now);
  const [browserCookies = []] = await Promise.all([
    deps.consentMemory?.remember(request, transaction, user.subject, now),
    deps.grants.createGrant(grant),
    keepClient(deps, authorization, now),
  ]);

  const logFields = { requestId: request.requestId, clientId: grant.clientId, grantId: grant.grantId };
  deps.log('login_succeeded', { ...logFields, identityProvider: user.identity.identityProviderId });
  deps.log('code_issued', logFields);
  return seeOther(codeRedirect(deps.issuer, authorization, code), [clearTransaction(transactionId), ...browserCookies]);
};
