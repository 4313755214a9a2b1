import type { Client } from '../clients/client.ts';
import { constantTimeEqual, newSecret, sha256 } from '../crypto.ts';
import { OAuthError } from '../oauth-error.ts';
import type { Grant } from './grant.ts';
import { isCodeVerifierFor } from './pkce.ts';

/**
 * How long the row is kept after its code has expired. Without the row, an expired code would look like a guess, and guesses
 * count towards the client's failure limit.
 */
export const EXPIRED_CODE_RETENTION_SECONDS = 3600;

/** How long after its redemption a code that comes again is a repetition by its own client, such as a retry. */
export const REPETITION_SECONDS = 10;

/** `gh_ac_<grant id>.<secret>`: the prefix distinguishes it from every other secret. */
const AUTHORIZATION_CODE = /^gh_ac_([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

/** A new code with 256 random bits, and the hash that the grant stores (RFC 6749 §10.10). */
export const newAuthorizationCode = (grantId: string): { readonly code: string; readonly codeHash: string } => {
  const code = `gh_ac_${grantId}.${newSecret()}`;
  return { code, codeHash: sha256(code) };
};

/** The id of the grant that a code names, or undefined if it does not have the format of our codes. */
export const parseAuthorizationCode = (code: string): string | undefined => AUTHORIZATION_CODE.exec(code)?.[1];

/** The parameters of RFC 6749 §4.1.3 that bind a redemption to its authorization. */
export interface RedemptionRequest {
  readonly code: string;
  readonly codeVerifier: string | undefined;
  /** May be absent (OAuth 2.1 §10.2), but must not differ. */
  readonly redirectUri: string | undefined;
}

const refuse = (detail: string, isGuess = false): never => {
  const description = 'The authorization code is not valid. Start a new authorization.';
  throw new OAuthError('invalid_grant', description, { detail, isGuess });
};

const refuseGuess = (detail: string): never => refuse(detail, true);

/**
 * Checks everything that binds a code, and changes nothing.
 *
 * @param now epoch seconds
 * @returns `repeated` if all checks pass but the code was redeemed just now, and `replayed` if that was longer ago: then
 *   two parties hold the code and its verifier (RFC 6749 §4.1.2)
 * @throws OAuthError `invalid_grant`
 */
export const decideRedemption = (
  grant: Grant | undefined,
  client: Client,
  request: RedemptionRequest,
  now: number,
): { readonly grant: Grant; readonly outcome: 'redeemable' | 'repeated' | 'replayed' } => {
  if (grant === undefined) return refuseGuess('no such grant');
  if (!constantTimeEqual(sha256(request.code), grant.codeHash)) return refuseGuess('not the code of this grant');
  if (grant.clientId !== client.clientId) return refuseGuess('issued to another client');
  // Only an unredeemed code expires. A redeemed code that comes back, however late, is a replay.
  if (grant.status === 'issued' && grant.codeExpiresAt <= now) return refuse('expired');
  if (!isCodeVerifierFor(request.codeVerifier, grant.codeChallenge)) return refuseGuess('code_verifier does not match');
  if (request.redirectUri !== undefined && request.redirectUri !== grant.redirectUri) {
    return refuse('redirect_uri differs from the authorization request');
  }
  if (grant.status === 'revoked') return refuse('revoked');
  if (grant.status === 'issued') return { grant, outcome: 'redeemable' };
  const isRepetition = grant.redeemedAt !== undefined && now < grant.redeemedAt + REPETITION_SECONDS;
  return { grant, outcome: isRepetition ? 'repeated' : 'replayed' };
};
