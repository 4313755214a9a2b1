import type { Context } from 'aws-lambda';
import { deriveSubject } from '../core/authorization/upstream-leg.ts';
import { tokenIssuer } from '../core/upstream/provider-presets.ts';
import { commandOf, type PersonReference } from './command.ts';
import type { PeopleDeps } from './deps.ts';
import { erasePerson, type PersonErased } from './erase.ts';
import { exportPerson, type PersonExport } from './export.ts';

/** What is kept about one person: shown, or erased, at an administrator's command (catalogue #238, #239). */
export const peopleFunction =
  (deps: PeopleDeps) =>
  async (event: unknown, { awsRequestId }: Pick<Context, 'awsRequestId'>): Promise<PersonExport | PersonErased> => {
    const { action, person } = commandOf(event);
    const subject = 'subject' in person ? person.subject : await subjectOf(deps, person);
    return action === 'export' ? exportPerson(deps, subject, awsRequestId) : erasePerson(deps, subject, awsRequestId);
  };

type UpstreamReference = Exclude<PersonReference, { subject: string }>;

/** As it is derived at a login. @throws TypeError when the person is not named well enough */
const subjectOf = async (
  { identityProviders, subjectSecret }: PeopleDeps,
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
