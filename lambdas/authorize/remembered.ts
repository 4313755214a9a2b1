import { findConsent } from '../core/authorization/consent.ts';
import type { AuthorizationRequest } from '../core/authorization/transaction.ts';
import { newId } from '../core/crypto.ts';
import { findRememberedBrowser } from '../runtime/http/cookies.ts';
import { type HttpRequest, type HttpResponse, singleHeader } from '../runtime/http/messages.ts';
import type { KeyRingStore, Log, Remembering, SealingKeys, TransactionStore } from '../runtime/ports/index.ts';
import type { IdentityProviders } from '../runtime/services/identity-providers.ts';
import { startNewLogin } from '../runtime/services/start-login.ts';

/** What /authorize needs where consents are remembered, and must not have elsewhere: there it writes nothing. */
export interface RememberedDeps extends Remembering {
  readonly transactions: TransactionStore;
  readonly transactionSeconds: number;
  readonly identityProviders: IdentityProviders;
  readonly keyRings: Pick<KeyRingStore, 'readLatestKeyRing'>;
  readonly sealingKeys: SealingKeys;
  readonly log: Log;
}

/**
 * Sends the browser on without a form where its person has said yes to this very request before and asked to have that
 * remembered. The person is still to log in, and nobody else may.
 *
 * @returns undefined: ask
 */
export const continueRemembered = async (
  deps: RememberedDeps,
  request: HttpRequest,
  authorization: AuthorizationRequest,
  now: number,
): Promise<HttpResponse | undefined> => {
  if (authorization.clientFingerprint === undefined || !isOfNoOtherSite(request)) return undefined;
  const sealed = findRememberedBrowser(request);
  const subject = sealed === undefined ? undefined : await deps.persons.open(sealed, now);
  if (subject === undefined) return undefined;

  // Consistent reads: what was ended a moment ago counts no more.
  const [consents, keyRing] = await Promise.all([
    deps.consents.findConsents(subject, now),
    deps.keyRings.readLatestKeyRing(),
  ]);
  const consent = findConsent(consents, authorization, subject, keyRing?.notBefore);
  const provider = consent && deps.identityProviders.get(consent.identityProviderId);
  if (!provider) return undefined;

  const key = await deps.sealingKeys.current();
  const login = { transactionId: newId(), request: authorization, rememberedSubject: subject };
  const answer = await startNewLogin(deps, request, login, { provider, key, now });
  const { clientId } = authorization;
  deps.log('consent_remembered', {
    requestId: request.requestId,
    clientId,
    identityProvider: provider.id,
    subject,
  });
  return answer;
};

/**
 * Whether the person came by themselves or from a page of ours, as browsers alone can say (Fetch Metadata, catalogue
 * #128). A client that names any `prompt` wants something to be asked, and nobody looks at a page that is fetched ahead.
 */
const isOfNoOtherSite = (request: HttpRequest): boolean => {
  const site = singleHeader(request, 'sec-fetch-site');
  const isOurs = site === 'none' || site === 'same-origin';
  return isOurs && !request.headers.has('sec-purpose') && !request.query.has('prompt');
};
