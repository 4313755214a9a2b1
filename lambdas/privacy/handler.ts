import type { Context } from 'aws-lambda';
import { deriveSubject } from '../core/authorization/upstream-leg.ts';
import { tokenIssuer } from '../core/upstream/provider-presets.ts';
import { parseCommand, type SubjectReference } from './command.ts';
import type { PrivacyDeps } from './deps.ts';
import { eraseSubject, type SubjectErasure } from './erase.ts';
import { exportSubject, type SubjectExport } from './export.ts';

/** Exports or erases the data of one user, by a command of the operator (catalogue #238, #239). */
export const privacyHandler =
  (deps: PrivacyDeps) =>
  async (event: unknown, { awsRequestId }: Pick<Context, 'awsRequestId'>): Promise<SubjectExport | SubjectErasure> => {
    const { action, user } = parseCommand(event);
    const subject = 'subject' in user ? user.subject : await subjectOf(deps, user);
    return action === 'export' ? exportSubject(deps, subject, awsRequestId) : eraseSubject(deps, subject, awsRequestId);
  };

type UpstreamReference = Exclude<SubjectReference, { subject: string }>;

/**
 * Derives the subject as a login does.
 *
 * @throws TypeError for an unknown provider, or if the provider needs a tenant
 */
const subjectOf = async (
  { identityProviders, subjectSecret }: PrivacyDeps,
  { identityProvider, upstreamSubject, tenant }: UpstreamReference,
): Promise<string> => {
  const configured = Object.hasOwn(identityProviders, identityProvider)
    ? identityProviders[identityProvider]
    : undefined;
  if (configured === undefined) {
    const known = Object.keys(identityProviders).join(', ');
    throw new TypeError(`identityProvider: expected one of the configured ids (${known}), got "${identityProvider}"`);
  }
  const issuer = tokenIssuer(configured.issuer, { tid: tenant });
  if (issuer === undefined) {
    throw new TypeError(
      `tenant: expected the id of the user's tenant, because "${identityProvider}" has several, got ${JSON.stringify(tenant) ?? 'nothing'}`,
    );
  }
  return deriveSubject(await subjectSecret(), issuer, upstreamSubject);
};
