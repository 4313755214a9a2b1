import type { Client } from '../clients/client.ts';
import { redirectTarget } from '../clients/redirect-uri.ts';
import { sha256 } from '../crypto.ts';
import { isBeforeMark, type NotBeforeMarks } from '../grants/not-before.ts';
import type { AuthorizationRequest } from './transaction.ts';

/** How long a consent is remembered; using it does not make it longer. */
export const REMEMBERED_CONSENT_SECONDS = 90 * 86_400;

/** Of one person; beyond that the oldest is forgotten. */
const MAX_REMEMBERED = 50;

/** A consent that a person does not want to be asked for again. Times are epoch seconds. */
export interface RememberedConsent {
  /** The same for the same client, receiver, server and scopes: giving it again replaces it. */
  readonly consentId: string;
  readonly clientId: string;
  /** What the client was when the person said yes (`computeClientFingerprint`). */
  readonly clientFingerprint: string;
  readonly redirectUri: string;
  readonly resource: string;
  /** Scopes that were asked for, sorted. */
  readonly scopes: readonly string[];
  /** Where the person logged in, and is sent again. */
  readonly identityProviderId: string;
  readonly givenAt: number;
  readonly expiresAt: number;
}

type Asked = Pick<AuthorizationRequest, 'clientId' | 'redirectUri' | 'resource' | 'scopes'>;

/**
 * Whether a consent may be remembered at all. Not where answers go to a program or app on this device, for any other
 * there could take its place (catalogue #138, RFC 8252 §8.6). And not for clients that need no credentials to redeem a
 * code: browsers say `Sec-Fetch-Site: none` also when another site has redirected a page that a program opened, so
 * that header alone does not keep a malicious server from fetching a code for itself (catalogue #128).
 */
export const canBeRemembered = ({ tokenEndpointAuthMethods }: Client, redirectUri: string): boolean =>
  redirectTarget(redirectUri).kind === 'website' &&
  tokenEndpointAuthMethods.length > 0 &&
  !tokenEndpointAuthMethods.includes('none');

/** All that a client says of itself, wherever it says it; whatever changes there, the person is asked (catalogue #140). */
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

/** What the person said yes to, to be remembered. @param now epoch seconds */
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

/** A person's consents with one more, in place of what was said of the same before. */
export const withConsent = (
  consents: readonly RememberedConsent[],
  consent: RememberedConsent,
): readonly RememberedConsent[] => {
  const others = consents.filter(({ consentId }) => consentId !== consent.consentId);
  return [consent, ...others].sort((a, b) => b.givenAt - a.givenAt).slice(0, MAX_REMEMBERED);
};

/**
 * The person's consent to this very request of this very client, unless a not-before mark has ended it.
 * @param consents live ones
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
