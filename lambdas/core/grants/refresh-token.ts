import { hkdfSync } from 'node:crypto';
import type { Client } from '../clients/client.ts';
import { constantTimeEqual, newId, newSecret, sha256 } from '../crypto.ts';
import { OAuthError } from '../oauth-error.ts';
import type { Grant, RefreshFamily } from './grant.ts';

/** `gh_rt_<grant id>.<family secret>.<generation secret>`. */
const REFRESH_TOKEN = /^gh_rt_([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

export interface RefreshToken {
  readonly grantId: string;
  /** The same in every generation. A party that knows it holds, or held, a token of this family. */
  readonly familySecret: string;
  readonly generationSecret: string;
}

/** How long a family lives; see `lifetimes` in the configuration. */
export interface RefreshLifetimes {
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  readonly graceSeconds: number;
}

/** The parts of a refresh token, or undefined if the text does not have the format of our tokens. */
export const parseRefreshToken = (text: string): RefreshToken | undefined => {
  const [, grantId, familySecret, generationSecret] = REFRESH_TOKEN.exec(text) ?? [];
  if (grantId === undefined || familySecret === undefined || generationSecret === undefined) return undefined;
  return { grantId, familySecret, generationSecret };
};

export const formatRefreshToken = (token: RefreshToken): string =>
  `gh_rt_${token.grantId}.${token.familySecret}.${token.generationSecret}`;

/** A token, and the family to store when that token becomes the current one. */
export interface RefreshStep {
  readonly token: RefreshToken;
  readonly family: RefreshFamily;
}

/** Generation 1, issued together with the first access token. @param now epoch seconds */
export const firstRefreshToken = (grantId: string, lifetimes: RefreshLifetimes, now: number): RefreshStep => {
  const token = { grantId, familySecret: newSecret(), generationSecret: newSecret() };
  const absoluteExpiresAt = now + lifetimes.absoluteSeconds;
  const family = {
    familySecretHash: sha256(token.familySecret),
    generation: 1,
    generationSecretHash: sha256(token.generationSecret),
    rotatedAt: now,
    idleExpiresAt: Math.min(now + lifetimes.idleSeconds, absoluteExpiresAt),
    absoluteExpiresAt,
  };
  return { token, family };
};

/**
 * The successor of a token in a given generation. It is derived (RFC 5869), so that a client that presents the predecessor
 * again gets the same successor, although the row holds only hashes and the salt.
 */
const derive = (presented: RefreshToken, rotationSalt: string, generation: number): RefreshToken => {
  const info = `gatehouse refresh ${presented.grantId} ${generation}`;
  const bytes = hkdfSync('sha256', presented.generationSecret, Buffer.from(rotationSalt, 'base64url'), info, 32);
  return { ...presented, generationSecret: Buffer.from(bytes).toString('base64url') };
};

/** The next generation of a family whose current token was presented (RFC 9700 §4.14.2). @param now epoch seconds */
export const nextRefreshToken = (
  presented: RefreshToken,
  family: RefreshFamily,
  lifetimes: RefreshLifetimes,
  now: number,
): RefreshStep => {
  const rotationSalt = newId();
  const generation = family.generation + 1;
  const token = derive(presented, rotationSalt, generation);
  return {
    token,
    family: {
      ...family,
      generation,
      generationSecretHash: sha256(token.generationSecret),
      previousGenerationSecretHash: family.generationSecretHash,
      rotationSalt,
      rotatedAt: now,
      idleExpiresAt: Math.min(now + lifetimes.idleSeconds, family.absoluteExpiresAt),
    },
  };
};

/** The position of a presented refresh token in its family. */
export type RefreshDecision =
  /** The current generation: rotate. */
  | { readonly outcome: 'current'; readonly grant: Grant; readonly family: RefreshFamily }
  /** The immediate predecessor while it is good: a race, or a lost response. */
  | { readonly outcome: 'repeated'; readonly grant: Grant; readonly successor: RefreshToken }
  /** A public client's older generation, or its predecessor after the grace time: two parties hold this family. */
  | { readonly outcome: 'reused'; readonly grant: Grant };

const refuse = (detail: string): never => {
  throw new OAuthError('invalid_grant', 'The refresh token is not valid. Start a new authorization.', { detail });
};

/**
 * Finds the position of a presented token in its family, and changes nothing. Only a token with the family secret gets an
 * outcome; any other is refused, and the grant stays as it is (#41, #78 to #81).
 *
 * RFC 9700 §4.14.2 asks for the detection of reuse for public clients. The token of a client that authenticates is no
 * use to a thief without its secret or key. Its predecessor is therefore good as long as the family, and an older
 * generation is refused without an outcome.
 *
 * @param now epoch seconds
 * @throws OAuthError `invalid_grant`
 */
export const decideRefresh = (
  grant: Grant | undefined,
  client: Pick<Client, 'clientId'>,
  presented: RefreshToken,
  lifetimes: Pick<RefreshLifetimes, 'graceSeconds'>,
  now: number,
): RefreshDecision => {
  if (grant === undefined) return refuse('no such grant');
  if (grant.clientId !== client.clientId) return refuse('issued to another client');
  if (grant.status !== 'redeemed') return refuse(`grant is ${grant.status}`);
  const { family } = grant;
  if (family === undefined) return refuse('grant has no refresh tokens');
  if (!constantTimeEqual(sha256(presented.familySecret), family.familySecretHash))
    return refuse('the family secret does not match');
  if (family.absoluteExpiresAt <= now) return refuse('absolute lifetime is over');
  if (family.idleExpiresAt <= now) return refuse('idle for too long');

  const hash = sha256(presented.generationSecret);
  if (constantTimeEqual(hash, family.generationSecretHash)) return { outcome: 'current', grant, family };
  const { previousGenerationSecretHash: previousHash, rotationSalt } = family;
  const isPrevious = previousHash !== undefined && constantTimeEqual(hash, previousHash);
  const isPublic = (grant.clientAuthMethod ?? 'none') === 'none';
  const isInTime = !isPublic || now < family.rotatedAt + lifetimes.graceSeconds;
  if (isPrevious && rotationSalt !== undefined && isInTime) {
    return { outcome: 'repeated', grant, successor: derive(presented, rotationSalt, family.generation) };
  }
  return isPublic ? { outcome: 'reused', grant } : refuse('an older generation of a client that authenticates');
};

/** Whether this is a token of this grant's family, of any generation. */
export const isOfFamily = (presented: RefreshToken, { family }: Grant): boolean =>
  family !== undefined && constantTimeEqual(sha256(presented.familySecret), family.familySecretHash);

/** Whether this is the newest token of this grant's family. Only that one can be revoked (RFC 7009 §2.2). */
export const isCurrentRefreshToken = (presented: RefreshToken, grant: Grant): boolean =>
  isOfFamily(presented, grant) &&
  constantTimeEqual(sha256(presented.generationSecret), grant.family?.generationSecretHash ?? '');
