import { newId } from '../crypto.ts';
import type { Grant } from '../grants/grant.ts';
import { isBeforeMark, type NotBeforeMarks } from '../grants/not-before.ts';
import { AccessTokenError } from './access-token-error.ts';
import type { PublicJwk } from './key-ring.ts';
import { keyIdOf, parsedJson, type VerifySignature, verifiedPayload } from './signature.ts';

/** How far the clocks of our functions may differ. It applies to `iat` and `nbf`, never to `exp`. */
export const MAX_CLOCK_SKEW_SECONDS = 60;

/** Longer names are cut, because an access token must fit into a header. */
const MAX_NAME_CHARACTERS = 128;

/** The claims of an access token (RFC 9068 §2.2), with its grant and its identity provider. */
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
  /** Random; after a dot, the generation of the refresh token that came with it. */
  readonly jti: string;
  /** Missing, like `idp`, for the client credentials grant. Then `sub` is the client id (RFC 9068 §2.2). */
  readonly grant_id?: string;
  readonly idp?: string;
  /** Only with the scope `email`, and only if the address is verified. */
  readonly email?: string;
  /** Only with the scope `profile`, like `upstream_sub`. */
  readonly name?: string;
  readonly upstream_sub?: string;
}

/**
 * Returns the claims of a new access token for a user.
 *
 * @param scopes the scopes of the token, which may be fewer than those of the grant
 * @param options `now` in epoch seconds; `generation` of the refresh token that is sent with it, if there is one
 */
export const accessTokenClaims = (
  grant: Grant,
  scopes: readonly string[],
  options: {
    readonly issuer: string;
    readonly lifetimeSeconds: number;
    readonly now: number;
    readonly generation?: number | undefined;
  },
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
    jti: options.generation === undefined ? newId() : `${newId()}.${options.generation}`,
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
 * Returns the claims of an access token for the client credentials grant (RFC 6749 §4.4, RFC 9068 §2.2). `sub` is the
 * client id. It never equals the subject of a user, because client ids are shorter.
 *
 * @param options `now` in epoch seconds
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

/** Whether no refresh has replaced this access token of the grant. Without refresh tokens, none can. */
export const isCurrentAccessToken = ({ jti }: Pick<AccessTokenClaims, 'jti'>, { family }: Grant): boolean => {
  const [, generation] = jti.split('.');
  return family === undefined || generation === undefined || generation === String(family.generation);
};

export interface AccessTokenExpectations {
  readonly issuer: string;
  /** The protected resource that was called; left out only where any of ours will do (revocation). */
  readonly audience?: string;
  /** Epoch seconds. */
  readonly now: number;
}

/**
 * Verifies a JWT access token as a resource server must (RFC 9068 §4, RFC 8725 §3). The algorithm and the type are
 * fixed. The key is looked up by `kid` in our own key ring. Nothing else in the header is used.
 *
 * @param token the access token, as the client sent it
 * @param findKey finds the public key with this id in the key ring
 * @param expected the issuer, the audience and the time to check against
 * @param verifySignature verifies the signature alone. A function may remember what it has verified before.
 * @throws AccessTokenError when the token is refused. Errors of `findKey` pass through.
 */
export const verifyAccessToken = async (
  token: string,
  findKey: (kid: string) => Promise<PublicJwk | undefined>,
  expected: AccessTokenExpectations,
  verifySignature: VerifySignature = verifiedPayload,
): Promise<AccessTokenClaims> => {
  const publicJwk = await findKey(keyIdOf(token));
  if (publicJwk === undefined) throw new AccessTokenError('unknown_key');
  return assertClaims(verifySignature(token, publicJwk), expected);
};

/** Whether the claims of a token are those of a valid access token. The signature is not checked. */
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

/**
 * Checks a token against the not-before marks (catalogue #230).
 *
 * @throws AccessTokenError `before_mark` when the token was issued before a mark that applies to it
 */
export const assertNotBeforeMark = (claims: AccessTokenClaims, marks: NotBeforeMarks | undefined): void => {
  const issued = { clientId: claims.client_id, subject: claims.sub, issuedAt: claims.iat };
  if (isBeforeMark(marks, issued)) throw new AccessTokenError('before_mark');
};

const REQUIRED_TEXTS = ['iss', 'sub', 'aud', 'client_id', 'scope', 'jti'] as const;

const assertClaims = (
  claims: Readonly<Record<string, unknown>>,
  expected: AccessTokenExpectations,
): AccessTokenClaims => {
  if (claims.iss !== expected.issuer) throw new AccessTokenError('wrong_issuer');
  // The audience must be equal. An array may name other resources, and a prefix is another resource (catalogue #99).
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
