import type { IDToken, UserInfoResponse } from 'oauth4webapi';
import { UpstreamError } from '../../../core/upstream/errors.ts';
import type { UpstreamIdentity } from '../../../core/upstream/identity.ts';
import { keptClaims, type OidcPreset } from '../../../core/upstream/provider-presets.ts';

/** OpenID Connect Core §2: a subject has at most 255 ASCII characters. */
const MAX_SUBJECT_LENGTH = 255;
const MAX_EMAIL_LENGTH = 320;
const MAX_NAME_LENGTH = 200;

const EMAIL = /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u;

/** Whether the ID token lacks claims that the configured scopes stand for (OpenID Connect Core §5.4), or that rules need. */
export const lacksClaims = (idToken: IDToken, scopes: readonly string[], claims: readonly string[]): boolean =>
  claims.some((name) => !Object.hasOwn(idToken, name)) ||
  (scopes.includes('email') && (idToken.email === undefined || idToken.email_verified === undefined)) ||
  (scopes.includes('profile') && idToken.name === undefined);

interface IdentitySettings {
  readonly id: string;
  readonly issuer: string;
  /** Names of claims to keep for the rules. */
  readonly claims: readonly string[];
  readonly preset: OidcPreset;
}

/** Claims about somebody: of a verified ID token, or of userinfo with the issuer that was asked. */
export type SubjectClaims = Pick<IDToken, 'iss' | 'sub'> & UserInfoResponse;

/** The person, from the verified ID token and, where it was asked for, userinfo about the same subject. */
export const toUpstreamIdentity = (
  { id, issuer, claims: names, preset }: IdentitySettings,
  idToken: SubjectClaims,
  userInfo: UserInfoResponse | undefined,
): UpstreamIdentity => {
  if (idToken.sub === '' || idToken.sub.length > MAX_SUBJECT_LENGTH) {
    throw new UpstreamError('rejected', `the subject is empty or longer than ${MAX_SUBJECT_LENGTH} characters`);
  }
  // Address and its verification belong together: both from one document, never one from each.
  const source = idToken.email !== undefined && idToken.email_verified !== undefined ? idToken : (userInfo ?? idToken);
  const email = parseEmail(source.email);
  const name = parseName(idToken.name) ?? parseName(userInfo?.name);
  const claims = keptClaims(names, idToken, userInfo);
  return {
    identityProviderId: id,
    issuer: idToken.iss,
    subject: idToken.sub,
    ...(email === undefined ? {} : { email }),
    emailVerified: email !== undefined && preset.isEmailVerified(source, issuer),
    ...(name === undefined ? {} : { name }),
    ...(claims === undefined ? {} : { claims }),
  };
};

/**
 * OpenID Connect Core §12.2: an answer to a refresh may say less than that to the login. Address and name of which no
 * source says anything stay as they were known. Claims that rules look at do not: leaving a group may look like that.
 */
export const withKnownContact = (
  identity: UpstreamIdentity,
  known: UpstreamIdentity,
  sources: readonly (UserInfoResponse | undefined)[],
): UpstreamIdentity => {
  const isSaid = (...names: string[]): boolean =>
    sources.some((source) => source !== undefined && names.some((name) => Object.hasOwn(source, name)));
  const { email, emailVerified, name } = known;
  return {
    ...identity,
    ...(email === undefined || isSaid('email', 'email_verified') ? {} : { email, emailVerified }),
    ...(name === undefined || isSaid('name') ? {} : { name }),
  };
};

/** An address that can be one, or nothing. */
export const parseEmail = (claim: unknown): string | undefined =>
  typeof claim === 'string' && claim.length <= MAX_EMAIL_LENGTH && EMAIL.test(claim) ? claim : undefined;

/** Shown and passed on in headers: no controls, no line breaks, no invisible characters. */
export const parseName = (claim: unknown): string | undefined => {
  if (typeof claim !== 'string') return undefined;
  const name = claim.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim();
  return name === '' ? undefined : [...name].slice(0, MAX_NAME_LENGTH).join('');
};
