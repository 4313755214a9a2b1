import type { RememberedConsent } from '../core/authorization/consent.ts';
import type { Grant } from '../core/grants/grant.ts';
import { withoutUndefined } from '../core/without-undefined.ts';
import type { PrivacyDeps } from './deps.ts';

/** Everything that is stored about one user, except secrets and their hashes. Times are ISO 8601. */
export interface SubjectExport {
  readonly subject: string;
  readonly exportedAt: string;
  /** One for each grant that the user gave to a client. */
  readonly connections: readonly ExportedConnection[];
  /** One for each consent that the user asked to be remembered. */
  readonly rememberedConsents: readonly ExportedConsent[];
}

interface ExportedConnection {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly refusedScopes?: readonly string[];
  readonly droppedScopes?: readonly string[];
  readonly status: Grant['status'];
  readonly since: string;
  readonly lastUsed?: string;
  readonly keptUntil: string;
  /** The identity at that login, as the identity provider returned it. */
  readonly identity: Grant['identity'];
}

interface ExportedConsent {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly identityProviderId: string;
  readonly since: string;
  readonly keptUntil: string;
}

/** The time in epoch seconds that makes queries include expired rows, which are stored until DynamoDB deletes them. */
const INCLUDING_EXPIRED = 0;

/**
 * Exports the data of one user.
 *
 * @param requestId for the log
 * @throws UnavailableError
 */
export const exportSubject = async (deps: PrivacyDeps, subject: string, requestId: string): Promise<SubjectExport> => {
  const grants = await deps.grants.grantsOfSubject(subject, INCLUDING_EXPIRED);
  const consents = await deps.consents.findConsents(subject, INCLUDING_EXPIRED);
  deps.log('subject_exported', { requestId, subject, grants: grants.length, rememberedConsents: consents.length > 0 });
  return {
    subject,
    exportedAt: isoTime(deps.now()),
    connections: grants.map(exportedConnection),
    rememberedConsents: consents.map(exportedConsent),
  };
};

/** Copies single members, so that a new member of a grant is not exported by accident. */
const exportedConnection = ({ identity, family, ...grant }: Grant): ExportedConnection =>
  withoutUndefined({
    clientId: grant.clientId,
    redirectUri: grant.redirectUri,
    resource: grant.resource,
    scopes: grant.scopes,
    refusedScopes: grant.refusedScopes,
    droppedScopes: grant.droppedScopes,
    status: grant.status,
    since: isoTime(grant.issuedAt),
    lastUsed: family && isoTime(family.rotatedAt),
    keptUntil: isoTime(grant.expiresAt),
    identity: withoutUndefined({
      identityProviderId: identity.identityProviderId,
      issuer: identity.issuer,
      subject: identity.subject,
      email: identity.email,
      emailVerified: identity.emailVerified,
      name: identity.name,
      claims: identity.claims,
    }),
  });

const exportedConsent = ({ givenAt, expiresAt, ...consent }: RememberedConsent): ExportedConsent => ({
  clientId: consent.clientId,
  redirectUri: consent.redirectUri,
  resource: consent.resource,
  scopes: consent.scopes,
  identityProviderId: consent.identityProviderId,
  since: isoTime(givenAt),
  keptUntil: isoTime(expiresAt),
});

const isoTime = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();
