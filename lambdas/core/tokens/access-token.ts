import { compactVerify, errors } from 'jose';
import { newId } from '../crypto.ts';
import type { Grant } from '../grants/grant.ts';
import { isBeforeMark, type NotBeforeMarks } from '../grants/not-before.ts';
import { isJsonObject } from '../json.ts';
import type { PublicJwk } from './key-ring.ts';

/** RFC 9068 §2.1. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** Clocks of ours may differ by this much: a token may seem to come from the near future, but never outlives `exp`. */
const MAX_CLOCK_SKEW_SECONDS = 60;

/** Names longer than this are cut: an access token travels in a header. */
const MAX_NAME_CHARACTERS = 128;

/** Claims of an access token (RFC 9068 §2.2), with the grant and the identity provider it stems from. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  /** The one protected resource (RFC 8707). */
  readonly aud: string;
  readonly client_id: string;
  /** Space-separated (RFC 8693 §4.2). */
  readonly scope: string;
  /** Epoch seconds. */
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  /** Both absent where a client acts on its own account: then `sub` is its client id (RFC 9068 §2.2). */
  readonly grant_id?: string;
  readonly idp?: string;
  /** Only with scope `email`, and only verified. */
  readonly email?: string;
  /** Only with scope `profile`. */
  readonly name?: string;
  readonly upstream_sub?: string;
}

/** The claims of a new access token. `scopes` may be narrower than the grant's. @param now epoch seconds */
export const accessTokenClaims = (
  grant: Grant,
  scopes: readonly string[],
  options: { readonly issuer: string; readonly lifetimeSeconds: number; readonly now: number },
): AccessTokenClaims => {
  const { identity } = grant;
  const hasEmail = scopes.includes('email') && identity.emailVerified && identity.email !== undefined;
  const hasProfile = scopes.includes('profile');
  return {
    iss: options.issuer,
    sub: grant.subject,
    aud: grant.resource,
    client_id: grant.clientId,
    scope: scopes.join(' '),
    iat: options.now,
    exp: options.now + options.lifetimeSeconds,
    jti: newId(),
    grant_id: grant.grantId,
    idp: identity.identityProviderId,
    ...(hasEmail && identity.email !== undefined ? { email: identity.email } : {}),
    ...(hasProfile && identity.name !== undefined
      ? { name: [...identity.name].slice(0, MAX_NAME_CHARACTERS).join('') }
      : {}),
    ...(hasProfile ? { upstream_sub: identity.subject } : {}),
  };
};

/**
 * The claims of an access token for a client itself (RFC 6749 §4.4, RFC 9068 §2.2): `sub` is the client, and there is no
 * person. No subject of a person reads like it, for client ids are shorter. @param now epoch seconds
 */
export const clientAccessTokenClaims = (
  subject: { readonly clientId: string; readonly resource: string; readonly scopes: readonly string[] },
  options: { readonly issuer: string; readonly lifetimeSeconds: number; readonly now: number },
): AccessTokenClaims => ({
  iss: options.issuer,
  sub: subject.clientId,
  aud: subject.resource,
  client_id: subject.clientId,
  scope: subject.scopes.join(' '),
  iat: options.now,
  exp: options.now + options.lifetimeSeconds,
  jti: newId(),
});

/** Why a token is not taken. For the log; to the caller every reason is the same 401. */
export type AccessTokenRefusal =
  | 'malformed'
  | 'wrong_type'
  | 'wrong_algorithm'
  | 'unknown_key'
  | 'bad_signature'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'expired'
  | 'not_yet_valid'
  | 'before_mark'
  | 'missing_claim';

export class AccessTokenError extends Error {
  readonly reason: AccessTokenRefusal;

  constructor(reason: AccessTokenRefusal) {
    super(`access token refused: ${reason}`);
    this.name = 'AccessTokenError';
    this.reason = reason;
  }
}

export interface AccessTokenExpectations {
  readonly issuer: string;
  /** The protected resource that was called; left out only where any of ours will do (revocation). */
  readonly audience?: string;
  /** Epoch seconds. */
  readonly now: number;
}

/**
 * Verifies a JWT access token as a resource server must (RFC 9068 §4, RFC 8725 §3). The algorithm and the type are
 * pinned, the key is looked up by `kid` in our own ring, and nothing else in the header has any meaning.
 * @param findKey our public key of that id, or undefined
 * @throws AccessTokenError; whatever `findKey` throws passes through
 */
export const verifyAccessToken = async (
  token: string,
  findKey: (kid: string) => Promise<PublicJwk | undefined>,
  expected: AccessTokenExpectations,
): Promise<AccessTokenClaims> => {
  const publicJwk = await findKey(keyIdOf(token));
  if (publicJwk === undefined) throw new AccessTokenError('unknown_key');
  return assertClaims(await verifiedPayload(token, publicJwk), expected);
};

/** Whether a token says of itself that it is one of ours and lives. Nothing is verified: it only makes it worth a look. */
export const mayBeAccessToken = (token: string, expected: AccessTokenExpectations): boolean => {
  try {
    const [, payload = ''] = token.split('.', 2);
    assertClaims(parsedJson(Buffer.from(payload, 'base64url').toString('utf8')), expected);
    return true;
  } catch (error) {
    if (error instanceof AccessTokenError) return false;
    throw error;
  }
};

/** @throws AccessTokenError `before_mark` for a token that a not-before mark has made void (catalogue #230) */
export const assertNotBeforeMark = (claims: AccessTokenClaims, marks: NotBeforeMarks | undefined): void => {
  const issued = { clientId: claims.client_id, subject: claims.sub, issuedAt: claims.iat };
  if (isBeforeMark(marks, issued)) throw new AccessTokenError('before_mark');
};

/** The `kid` of a token whose header is one that we could have written. */
const keyIdOf = (token: string): string => {
  const header = parsedJson(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString('utf8'));
  if (header.alg !== 'RS256') throw new AccessTokenError('wrong_algorithm');
  if (header.typ !== ACCESS_TOKEN_TYPE) throw new AccessTokenError('wrong_type');
  if (header.crit !== undefined || header.b64 !== undefined) throw new AccessTokenError('malformed');
  // An RFC 7638 thumbprint and nothing else: no path, no URL, no pattern ever reaches a lookup (catalogue #95).
  if (typeof header.kid !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(header.kid)) {
    throw new AccessTokenError('unknown_key');
  }
  return header.kid;
};

const verifiedPayload = async (token: string, publicJwk: PublicJwk): Promise<Record<string, unknown>> => {
  try {
    const { payload } = await compactVerify(token, publicJwk, { algorithms: ['RS256'] });
    return parsedJson(new TextDecoder().decode(payload));
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) throw new AccessTokenError('bad_signature');
    throw new AccessTokenError('malformed');
  }
};

const parsedJson = (text: string): Record<string, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AccessTokenError('malformed');
  }
  if (!isJsonObject(value)) throw new AccessTokenError('malformed');
  return value;
};

const REQUIRED_TEXTS = ['iss', 'sub', 'aud', 'client_id', 'scope', 'jti'] as const;

const assertClaims = (claims: Record<string, unknown>, expected: AccessTokenExpectations): AccessTokenClaims => {
  if (claims.iss !== expected.issuer) throw new AccessTokenError('wrong_issuer');
  // Exactly ours: an array may name others besides, and a prefix is somebody else (catalogue #99).
  if (expected.audience !== undefined && claims.aud !== expected.audience) throw new AccessTokenError('wrong_audience');
  for (const name of REQUIRED_TEXTS) {
    if (typeof claims[name] !== 'string') throw new AccessTokenError('missing_claim');
  }
  if (!isOfUser(claims) && !isOfClient(claims)) throw new AccessTokenError('missing_claim');
  const { exp, iat, nbf } = claims;
  if (!isEpochSeconds(exp) || !isEpochSeconds(iat)) throw new AccessTokenError('missing_claim');
  if (exp <= expected.now) throw new AccessTokenError('expired');
  const latestStart = expected.now + MAX_CLOCK_SKEW_SECONDS;
  if (iat > latestStart) throw new AccessTokenError('not_yet_valid');
  if (nbf !== undefined && !(isEpochSeconds(nbf) && nbf <= latestStart)) throw new AccessTokenError('not_yet_valid');
  return claims as unknown as AccessTokenClaims;
};

const isOfUser = ({ grant_id, idp }: Record<string, unknown>): boolean =>
  typeof grant_id === 'string' && typeof idp === 'string';

const isOfClient = ({ grant_id, idp, sub, client_id }: Record<string, unknown>): boolean =>
  grant_id === undefined && idp === undefined && sub === client_id;

const isEpochSeconds = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
