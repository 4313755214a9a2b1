import type { IDToken, UserInfoResponse } from 'oauth4webapi';
import { keptClaims, type NeededClaims, readClaim } from '../../../core/upstream/claims.ts';
import { UpstreamError } from '../../../core/upstream/errors.ts';
import type { UpstreamIdentity } from '../../../core/upstream/identity.ts';
import type { OidcPreset } from '../../../core/upstream/provider-presets.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';

/** OpenID Connect Core §2: a subject has at most 255 ASCII characters. */
const MAX_SUBJECT_LENGTH = 255;
const MAX_EMAIL_LENGTH = 320;
const MAX_NAME_LENGTH = 200;

const EMAIL = /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u;

/** Whether the ID token lacks claims that the configured scopes request (OpenID Connect Core §5.4) or that rules read. */
export const lacksClaims = (idToken: IDToken, scopes: readonly string[], claims: NeededClaims): boolean =>
  Object.keys(claims).some((name) => readClaim(idToken, name) === undefined) ||
  (scopes.includes('email') && (idToken.email === undefined || idToken.email_verified === undefined)) ||
  (scopes.includes('profile') && idToken.name === undefined);

interface IdentitySettings {
  readonly id: string;
  readonly issuer: string;
  /** The claims that rules read. */
  readonly claims: NeededClaims;
  readonly preset: OidcPreset;
}

/** The claims of a verified ID token, or those of userinfo with the issuer that served them. */
export type SubjectClaims = Pick<IDToken, 'iss' | 'sub'> & UserInfoResponse;

/** The identity in a verified ID token, completed from userinfo about the same subject if it was read. */
export const toUpstreamIdentity = (
  { id, issuer, claims: needed, preset }: IdentitySettings,
  idToken: SubjectClaims,
  userInfo: UserInfoResponse | undefined,
): UpstreamIdentity => {
  if (idToken.sub === '' || idToken.sub.length > MAX_SUBJECT_LENGTH) {
    throw new UpstreamError('rejected', `the subject is empty or longer than ${MAX_SUBJECT_LENGTH} characters`);
  }
  // `email` and `email_verified` must come from the same source.
  const source = idToken.email !== undefined && idToken.email_verified !== undefined ? idToken : (userInfo ?? idToken);
  const email = parseEmail(source.email);
  const name = parseName(idToken.name) ?? parseName(userInfo?.name);
  const claims = keptClaims(needed, idToken, userInfo);
  return withoutUndefined({
    identityProviderId: id,
    issuer: idToken.iss,
    subject: idToken.sub,
    email,
    emailVerified: email !== undefined && preset.isEmailVerified(source, issuer),
    name,
    claims,
  });
};

/**
 * The response to a refresh may contain fewer claims than the login (OpenID Connect Core §12.2). Keeps the known email
 * address and name if no source mentions them. Drops claims that rules read: their absence may mean that the user left
 * a group.
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

/** Undefined when the claim cannot be an email address. */
export const parseEmail = (claim: unknown): string | undefined =>
  typeof claim === 'string' && claim.length <= MAX_EMAIL_LENGTH && EMAIL.test(claim) ? claim : undefined;

/** Removes control characters, line breaks and invisible characters: names appear on pages and in headers. */
export const parseName = (claim: unknown): string | undefined => {
  if (typeof claim !== 'string') return undefined;
  const name = claim.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim();
  return name === '' ? undefined : [...name].slice(0, MAX_NAME_LENGTH).join('');
};
