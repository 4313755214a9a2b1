import type { Client } from '../clients/client.ts';
import { redirectTarget } from '../clients/redirect-uri.ts';
import { sha256 } from '../crypto.ts';
import { isBeforeMark, type NotBeforeMarks } from '../grants/not-before.ts';
import type { AuthorizationRequest } from './transaction.ts';

/** How long a consent is remembered. Using it does not extend it. */
export const REMEMBERED_CONSENT_SECONDS = 90 * 86_400;

/** Per user. Beyond this, the oldest consent is dropped. */
const MAX_REMEMBERED_CONSENTS = 50;

/** A consent for which the user does not want to be asked again. Times are epoch seconds. */
export interface RememberedConsent {
  /** A hash of client, redirect URI, resource and scopes. A new consent with the same id replaces the old one. */
  readonly consentId: string;
  readonly clientId: string;
  /** The client's metadata at the time of the consent (`computeClientFingerprint`). */
  readonly clientFingerprint: string;
  readonly redirectUri: string;
  readonly resource: string;
  /** The requested scopes, sorted. */
  readonly scopes: readonly string[];
  /** The provider at which the user logged in, and logs in again. */
  readonly identityProviderId: string;
  readonly givenAt: number;
  readonly expiresAt: number;
}

type Asked = Pick<AuthorizationRequest, 'clientId' | 'redirectUri' | 'resource' | 'scopes'>;

/**
 * Whether a consent may be remembered at all. It may not if the response goes to an application on the user's device,
 * because another application could impersonate it (#138, RFC 8252 §8.6). It also may not if the client can redeem a code
 * without credentials. Browsers send `Sec-Fetch-Site: none` even when another site redirected a page that a local program
 * opened, so that header alone does not stop a malicious server from obtaining a code (#128).
 */
export const canBeRemembered = ({ tokenEndpointAuthMethods }: Client, redirectUri: string): boolean =>
  redirectTarget(redirectUri).kind === 'website' &&
  tokenEndpointAuthMethods.length > 0 &&
  !tokenEndpointAuthMethods.includes('none');

/** A hash of the client's metadata. When any of it changes, the user is asked again (#140). */
export const computeClientFingerprint = (client: Client): string =>
  sha256(
    JSON.stringify([
      client.source,
      client.clientName,
      client.redirectUris,
      client.grantTypes,
      client.tokenEndpointAuthMethods,
      client.tokenEndpointAuthSigningAlg,
      client.applicationType,
      client.jwksUri,
    ]),
  );

/** The consent to remember. @param now epoch seconds */
export const newConsent = (
  asked: Asked,
  clientFingerprint: string,
  identityProviderId: string,
  now: number,
): RememberedConsent => ({
  consentId: consentIdOf(asked),
  clientId: asked.clientId,
  clientFingerprint,
  redirectUri: asked.redirectUri,
  resource: asked.resource,
  scopes: asked.scopes.toSorted(),
  identityProviderId,
  givenAt: now,
  expiresAt: now + REMEMBERED_CONSENT_SECONDS,
});

/** The user's consents with a new one, which replaces the one with the same id. */
export const withConsent = (
  consents: readonly RememberedConsent[],
  consent: RememberedConsent,
): readonly RememberedConsent[] => {
  const others = consents.filter(({ consentId }) => consentId !== consent.consentId);
  return [consent, ...others].sort((a, b) => b.givenAt - a.givenAt).slice(0, MAX_REMEMBERED_CONSENTS);
};

/**
 * The user's consent to exactly this request of this client, unless a not-before mark has ended it.
 *
 * @param consents consents that have not expired
 */
export const findConsent = (
  consents: readonly RememberedConsent[],
  asked: Asked & Pick<AuthorizationRequest, 'clientFingerprint'>,
  subject: string,
  marks: NotBeforeMarks | undefined,
): RememberedConsent | undefined =>
  consents.find(
    (consent) =>
      consent.consentId === consentIdOf(asked) &&
      consent.clientFingerprint === asked.clientFingerprint &&
      !isBeforeMark(marks, { clientId: consent.clientId, subject, issuedAt: consent.givenAt }),
  );

const consentIdOf = ({ clientId, redirectUri, resource, scopes }: Asked): string =>
  sha256(JSON.stringify([clientId, redirectUri, resource, scopes.toSorted()]));
