import type { RememberedConsent } from '../core/authorization/consent.ts';
import type { Grant } from '../core/grants/grant.ts';
import type { PrivacyDeps } from './deps.ts';

/** Everything that is kept about one person, in words of their own: no secret and no hash of one. Times are ISO 8601. */
export interface SubjectExport {
  readonly subject: string;
  readonly exportedAt: string;
  /** One for each time that they let a program act for them. */
  readonly connections: readonly ExportedConnection[];
  /** One for each consent that they did not want to be asked for again. */
  readonly rememberedConsents: readonly ExportedConsent[];
}

interface ExportedConnection {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly refusedScopes?: readonly string[];
  readonly status: Grant['status'];
  readonly since: string;
  readonly lastUsed?: string;
  readonly keptUntil: string;
  /** Who they were at that login, as the identity provider said. */
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

/** Rows whose time has come are kept until DynamoDB deletes them, so they are told as well. */
const EXPIRED_ONES_TOO = 0;

export const exportSubject = async (deps: PrivacyDeps, subject: string, requestId: string): Promise<SubjectExport> => {
  const grants = await deps.grants.grantsOfSubject(subject, EXPIRED_ONES_TOO);
  const consents = await deps.consents.findConsents(subject, EXPIRED_ONES_TOO);
  deps.log('subject_exported', { requestId, subject, grants: grants.length, rememberedConsents: consents.length > 0 });
  return {
    subject,
    exportedAt: isoTime(deps.now()),
    connections: grants.map(exportedConnection),
    rememberedConsents: consents.map(exportedConsent),
  };
};

/** Member by member, so that nothing is told which was not meant to be. */
const exportedConnection = ({ identity, family, ...grant }: Grant): ExportedConnection => ({
  clientId: grant.clientId,
  redirectUri: grant.redirectUri,
  resource: grant.resource,
  scopes: grant.scopes,
  ...(grant.refusedScopes === undefined ? {} : { refusedScopes: grant.refusedScopes }),
  status: grant.status,
  since: isoTime(grant.issuedAt),
  ...(family === undefined ? {} : { lastUsed: isoTime(family.rotatedAt) }),
  keptUntil: isoTime(grant.expiresAt),
  identity: {
    identityProviderId: identity.identityProviderId,
    issuer: identity.issuer,
    subject: identity.subject,
    ...(identity.email === undefined ? {} : { email: identity.email }),
    emailVerified: identity.emailVerified,
    ...(identity.name === undefined ? {} : { name: identity.name }),
    ...(identity.claims === undefined ? {} : { claims: identity.claims }),
  },
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
