import {
  findConsent,
  newConsent,
  REMEMBERED_CONSENT_SECONDS,
  type RememberedConsent,
} from '../../core/authorization/consent.ts';
import type { AuthorizationRequest, AuthorizationTransaction } from '../../core/authorization/transaction.ts';
import { findRememberedBrowser, setRememberedBrowser } from '../http/cookies.ts';
import { type HttpRequest, singleHeader } from '../http/messages.ts';
import type { ConsentStore, KeyRingStore, Log, RememberedBrowserSealer } from '../ports/index.ts';

interface ConsentMemoryDeps {
  readonly consents: ConsentStore;
  readonly browsers: RememberedBrowserSealer;
  readonly log: Log;
}

/** A remembered consent that matches a request, and whose it is. */
export interface RecalledConsent {
  readonly subject: string;
  /** The provider at which the user logs in again. */
  readonly identityProviderId: string;
}

/**
 * Consents that users asked us to remember (decision 25). The browser's cookie only says whose consents to look up: the
 * user still logs in every time. The rules are in core/authorization/consent.ts. `now` is in epoch seconds, and every
 * method throws UnavailableError when DynamoDB or Secrets Manager fails.
 */
export class ConsentMemory {
  readonly #deps: ConsentMemoryDeps;

  constructor(deps: ConsentMemoryDeps) {
    this.#deps = deps;
  }

  /** The consent that the user of this browser gave to this very request; undefined when the form must be shown. */
  async recall(
    request: HttpRequest,
    authorization: AuthorizationRequest,
    keyRings: Pick<KeyRingStore, 'readLatestKeyRing'>,
    now: number,
  ): Promise<RecalledConsent | undefined> {
    if (authorization.clientFingerprint === undefined || !isUserNavigation(request)) return undefined;
    const sealed = findRememberedBrowser(request);
    const subject = sealed === undefined ? undefined : await this.#deps.browsers.open(sealed, now);
    if (subject === undefined) return undefined;

    // Both reads are consistent: a consent that was ended a moment ago no longer counts.
    const [consents, keyRing] = await Promise.all([
      this.#deps.consents.findConsents(subject, now),
      keyRings.readLatestKeyRing(),
    ]);
    const consent = findConsent(consents, authorization, subject, keyRing?.notBefore);
    return consent && { subject, identityProviderId: consent.identityProviderId };
  }

  /**
   * Whether this user may complete a login for which no form was shown: only the user who had given the consent, and
   * who has not withdrawn it since.
   */
  async isStillGiven(
    { rememberedSubject, request }: AuthorizationTransaction,
    subject: string,
    now: number,
  ): Promise<boolean> {
    if (rememberedSubject !== subject) return false;
    const consents = await this.#deps.consents.findConsents(subject, now);
    // A not-before mark set since then does not affect the new grant.
    return findConsent(consents, request, subject, undefined) !== undefined;
  }

  /**
   * Remembers the consent of a completed login, if the user asked for it on the form.
   *
   * @returns the cookie that identifies this browser from now on, or nothing
   */
  async remember(
    { requestId }: HttpRequest,
    { request, remember, identityProviderId }: AuthorizationTransaction,
    subject: string,
    now: number,
  ): Promise<readonly string[]> {
    const { clientId, clientFingerprint } = request;
    if (!remember || clientFingerprint === undefined) return [];
    const consent = newConsent(request, clientFingerprint, identityProviderId, now);
    await this.#deps.consents.rememberConsent(subject, consent, now);
    this.#deps.log('consent_kept', { requestId, clientId, subject });
    return [setRememberedBrowser(await this.#deps.browsers.seal(subject, now), REMEMBERED_CONSENT_SECONDS)];
  }

  /** The user's consents that have not expired. */
  list(subject: string, now: number): Promise<readonly RememberedConsent[]> {
    return this.#deps.consents.findConsents(subject, now);
  }

  /** Forgets the consents that are meant. The next request shows the form, because `recall` reads consistently. */
  async forget(
    { requestId }: HttpRequest,
    subject: string,
    isMeant: (consent: RememberedConsent) => boolean,
    now: number,
  ): Promise<void> {
    const meant = (await this.list(subject, now)).filter(isMeant);
    if (meant.length === 0) return;
    const consentIds = meant.map(({ consentId }) => consentId);
    await this.#deps.consents.forgetConsents(subject, consentIds, now);
    for (const { clientId } of meant) this.#deps.log('consent_forgotten', { requestId, clientId, subject });
  }
}

/**
 * Whether the user navigated here directly or from one of our pages. Only browsers can say so, in Fetch Metadata (#128).
 * A request with `prompt` asks for interaction, and a prefetched page may never be seen.
 */
const isUserNavigation = (request: HttpRequest): boolean => {
  const site = singleHeader(request, 'sec-fetch-site');
  const isOurs = site === 'none' || site === 'same-origin';
  return isOurs && !request.headers.has('sec-purpose') && !request.query.has('prompt');
};
