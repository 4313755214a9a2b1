import { accessRulesFor, grantableScopes, isAllowed } from '../core/authorization/access-rules.ts';
import { codeRedirect } from '../core/authorization/request.ts';
import { hasNoEffectiveScope, isRepeatedStepUp } from '../core/authorization/step-up.ts';
import type { AuthorizationRequest, Transaction } from '../core/authorization/transaction.ts';
import { deriveSubject, deriveUpstreamLeg } from '../core/authorization/upstream-leg.ts';
import { extendedClientExpiry, usedClientExpiry } from '../core/clients/lifetime.ts';
import { isLive } from '../core/grants/grant.ts';
import { clearTransaction } from '../runtime/http/cookies.ts';
import { type Handler, type HttpResponse, seeOther } from '../runtime/http/messages.ts';
import { withProviderErrorPage } from '../runtime/pages/provider-pages.ts';
import { openConnections } from './connections.ts';
import type { AuthorizationLogin, CallbackDeps, Login } from './deps.ts';
import { newGrant, type Person } from './new-grant.ts';
import {
  answerLoginFailure,
  answerNoScope,
  answerNotAllowed,
  answerOtherPerson,
  transactionGone,
  transactionUsed,
} from './outcomes.ts';
import { verifyState } from './verify-state.ts';

/**
 * Back from the identity provider: who it is, whether they may come in, and a code for the client
 * (OpenID Connect Core §3.1.2.5, RFC 6749 §4.1.2).
 */
export const callbackHandler =
  (deps: CallbackDeps): Handler =>
  async (request) => {
    // State and cookie together prove that this browser approved this very login; nothing is touched before.
    const { provider, key, reference } = await verifyState(deps, request);

    // What may fail without harm fails before the transaction is used.
    const subjectSecret = await deps.subjectSecret();
    await withProviderErrorPage(provider, provider.idp.prepare(), { log: deps.log, requestId: request.requestId });
    const transaction = await takeTransaction(deps, provider.id, reference);

    const leg = deriveUpstreamLeg(key, transaction.transactionId, provider.id, transaction.leg);
    const login: Login = { request, provider, key, transaction };
    try {
      const { identity, tokens } = await provider.idp.identify(request.query, leg);
      const person = { identity, subject: deriveSubject(subjectSecret, identity.issuer, identity.subject), tokens };
      return transaction.purpose === 'connections'
        ? await openConnections(deps, login, person)
        : await authorizeClient(deps, { ...login, transaction }, person);
    } catch (error) {
      return await answerLoginFailure(deps, login, error);
    }
  };

/** Whether the person may come in, and with which of the scopes, decides what the program gets. */
const authorizeClient = async (
  deps: CallbackDeps,
  login: AuthorizationLogin,
  person: Person,
): Promise<HttpResponse> => {
  const { provider, transaction } = login;
  if (!(await mayComplete(deps, login, person))) return answerOtherPerson(deps, login);
  const rules = accessRulesFor(deps.access, provider.id);
  if (!isAllowed(person.identity, rules, provider.kind)) return await answerNotAllowed(deps, login, person.identity);
  const scopes = grantableScopes(person.identity, transaction.request.scopes, deps.access, provider.kind);
  if (await grantsNothingNew(deps, transaction.request, scopes, person.subject)) return answerNoScope(deps, login);
  return await issueCode(deps, login, person, scopes);
};

/** A login that skipped the form must end with the user who had given the consent. Any other login was approved on it. */
const mayComplete = async (
  { consentMemory, now }: CallbackDeps,
  { transaction }: AuthorizationLogin,
  { subject }: Person,
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
 * Whether the program gains nothing by a code. Only where a scope is refused does anybody look at earlier grants; the
 * newest of them keeps what was refused, so that whoever asks for the same again gets what the person may have.
 */
const grantsNothingNew = async (
  { grantDirectory, grants, now }: CallbackDeps,
  { clientId, resource, scopes: asked }: AuthorizationRequest,
  granted: readonly string[],
  subject: string,
): Promise<boolean> => {
  if (granted.length === asked.length) return false;
  if (hasNoEffectiveScope(granted)) return true;
  const earlier = (await grantDirectory.grantsOfSubject(subject, now())).filter(
    (grant) => isLive(grant, now()) && grant.clientId === clientId && grant.resource === resource,
  );
  const [newest] = earlier;
  if (newest === undefined || !isRepeatedStepUp(asked, granted, earlier, now())) return false;
  const refused = asked.filter((scope) => !granted.includes(scope));
  await grants.noteRefusedScopes(newest, refused);
  return true;
};

/** A client of a metadata document is stored as it was when the person saw it; any other lives on, when that is due. */
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

/** The code leaves only after its grant is stored, and its client lives at least as long as the grant may. */
const issueCode = async (
  deps: CallbackDeps,
  login: AuthorizationLogin,
  person: Person,
  scopes: readonly string[],
): Promise<HttpResponse> => {
  const now = deps.now();
  const { request, provider, transaction } = login;
  const { request: authorization, transactionId } = transaction;
  const { grant, code } = await newGrant(deps, provider, authorization, scopes, person, now);
  const [browserCookies = []] = await Promise.all([
    deps.consentMemory?.remember(request, transaction, person.subject, now),
    deps.grants.createGrant(grant),
    keepClient(deps, authorization, now),
  ]);

  const fields = { requestId: request.requestId, clientId: grant.clientId, grantId: grant.grantId };
  deps.log('login_succeeded', { ...fields, identityProvider: person.identity.identityProviderId });
  deps.log('code_issued', fields);
  return seeOther(codeRedirect(deps.issuer, authorization, code), [clearTransaction(transactionId), ...browserCookies]);
};
