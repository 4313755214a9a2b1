import type { Context } from 'aws-lambda';
import { deriveSubject } from '../core/authorization/upstream-leg.ts';
import { tokenIssuer } from '../core/upstream/provider-presets.ts';
import { parseCommand, type SubjectReference } from './command.ts';
import type { PrivacyDeps } from './deps.ts';
import { eraseSubject, type SubjectErasure } from './erase.ts';
import { exportSubject, type SubjectExport } from './export.ts';

/** What is kept about one person: shown, or erased, at an administrator's command (catalogue #238, #239). */
export const privacyHandler =
  (deps: PrivacyDeps) =>
  async (event: unknown, { awsRequestId }: Pick<Context, 'awsRequestId'>): Promise<SubjectExport | SubjectErasure> => {
    const { action, person } = parseCommand(event);
    const subject = 'subject' in person ? person.subject : await subjectOf(deps, person);
    return action === 'export' ? exportSubject(deps, subject, awsRequestId) : eraseSubject(deps, subject, awsRequestId);
  };

type UpstreamReference = Exclude<SubjectReference, { subject: string }>;

/** As it is derived at a login. @throws TypeError when the person is not named well enough */
const subjectOf = async (
  { identityProviders, subjectSecret }: PrivacyDeps,
  { identityProvider, upstreamSubject, tenant }: UpstreamReference,
): Promise<string> => {
  const configured = Object.hasOwn(identityProviders, identityProvider)
    ? identityProviders[identityProvider]
    : undefined;
  if (configured === undefined) {
    const known = Object.keys(identityProviders).join(', ');
    throw new TypeError(`identityProvider: expected one of the configuration (${known}), got "${identityProvider}"`);
  }
  const issuer = tokenIssuer(configured.issuer, { tid: tenant });
  if (issuer === undefined) {
    throw new TypeError(
      `tenant: expected the id of the person's tenant, since "${identityProvider}" stands for many, got ${JSON.stringify(tenant) ?? 'nothing'}`,
    );
  }
  return deriveSubject(await subjectSecret(), issuer, upstreamSubject);
};
