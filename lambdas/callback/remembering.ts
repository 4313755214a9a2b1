import { findConsent, newConsent, REMEMBERED_CONSENT_SECONDS } from '../core/authorization/consent.ts';
import { setRememberedBrowser } from '../runtime/http/cookies.ts';
import type { AuthorizationLogin, CallbackDeps } from './deps.ts';
import type { Person } from './new-grant.ts';

/**
 * Whether whoever logged in may complete a login for which nobody was asked: the very person who had said yes before,
 * and has not taken that back since. Any other login is asked for on the form.
 */
export const mayComplete = async (
  { remembering, now }: CallbackDeps,
  { transaction }: AuthorizationLogin,
  { subject }: Person,
): Promise<boolean> => {
  const { rememberedSubject, request } = transaction;
  if (rememberedSubject === undefined) return true;
  if (rememberedSubject !== subject || remembering === undefined) return false;
  const consents = await remembering.consents.findConsents(subject, now());
  // A not-before mark since then says nothing about the grant that is made now.
  return findConsent(consents, request, subject, undefined) !== undefined;
};

/** Keeps a consent that the person asked to have remembered. @returns the cookie that names the person to this browser */
export const keepConsent = async (
  { remembering, log }: CallbackDeps,
  { request: { requestId }, transaction }: AuthorizationLogin,
  { subject }: Person,
  now: number,
): Promise<readonly string[]> => {
  const { request, remember, identityProviderId } = transaction;
  if (remembering === undefined || !remember || request.clientFingerprint === undefined) return [];
  const consent = newConsent(request, request.clientFingerprint, identityProviderId, now);
  await remembering.consents.rememberConsent(subject, consent, now);
  log('consent_kept', { requestId, clientId: request.clientId, subject });
  return [setRememberedBrowser(await remembering.persons.seal(subject, now), REMEMBERED_CONSENT_SECONDS)];
};
