import { compactVerify, decodeJwt, decodeProtectedHeader, type JWK } from 'jose';
import { OAuthError } from '../oauth-error.ts';
import type { Client } from './client.ts';
import { type ClientAssertionAlgorithm, candidateKeys, isClientAssertionAlgorithm } from './jwks.ts';

/** The only `client_assertion_type` that this server supports (RFC 7523 §2.2). */
export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** How far ahead `exp` may be: an assertion is made for one request. */
export const MAX_ASSERTION_LIFETIME_SECONDS = 600;
/** How far the clocks of client and server may differ. */
export const ASSERTION_LEEWAY_SECONDS = 60;
const MAX_ASSERTION_CHARACTERS = 8192;
const MAX_JTI_CHARACTERS = 255;
/** How many keys are tried when the header has no `kid`. */
const MAX_CANDIDATE_KEYS = 5;
/** A token of another kind, such as `at+jwt` or a logout token, is never an assertion (RFC 8725 §3.11). */
const ACCEPTED_TYPES = [undefined, 'jwt', 'client-authentication+jwt', 'application/client-authentication+jwt'];

/** Remembers which assertions were used (RFC 7523 §3, item 7). */
export interface ClientAssertionStore {
  /**
   * Marks a `jti` of a client as used until `expiresAt` (epoch seconds).
   *
   * @returns true for exactly one caller, also when several ask at the same time
   * @throws UnavailableError when the store does not answer
   */
  useOnce(clientId: string, jti: string, expiresAt: number): Promise<boolean>;
}

export interface KeyOptions {
  /** Whether a host that the client names may be contacted for this request. */
  readonly mayFetchKeys: boolean;
  /** Asks for a newer copy, because the present one lacks a key. */
  readonly unknownKid?: boolean;
}

/**
 * Only the host of its keys could prove this client, and the request does not justify contacting that host. An endpoint
 * that does not map this error answers `invalid_client`.
 */
export class KeysNotFetchedError extends OAuthError {
  constructor() {
    super('invalid_client', 'Client authentication failed. Check the client credentials.', {
      detail: 'the keys are not in memory, and were not fetched for this request',
    });
    this.name = 'KeysNotFetchedError';
  }
}

/** Finds the public keys of a client. */
export interface ClientKeySource {
  /**
   * The client's keys: inline ones, or those of its `jwks_uri`.
   *
   * @returns `not-fetched` when they are not in memory and `mayFetchKeys` is false
   * @throws UnavailableError when the `jwks_uri` does not answer
   * @throws OAuthError `invalid_client` when it answers with something other than a set of public keys
   */
  findKeys(client: Client, options: KeyOptions): Promise<readonly JWK[] | 'not-fetched'>;
}

export interface ClientAssertionDeps {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly keys: ClientKeySource;
  readonly assertions: ClientAssertionStore;
  readonly now: () => number;
}

/** What an assertion claims. Nothing in it is verified yet. */
export interface UnverifiedClientAssertion {
  readonly jwt: string;
  readonly header: { readonly alg: ClientAssertionAlgorithm; readonly kid?: string };
  readonly claims: Readonly<Record<string, unknown>>;
  /** `sub`: the client to look up when the request has no `client_id` (RFC 7523 §3). */
  readonly clientId: string;
}

/**
 * Parses an assertion without verifying it.
 *
 * @throws OAuthError `invalid_client`
 */
export const parseClientAssertion = (jwt: string): UnverifiedClientAssertion => {
  if (jwt.length > MAX_ASSERTION_CHARACTERS) throw refused(`it has more than ${MAX_ASSERTION_CHARACTERS} characters`);
  const { header, claims } = parseJwt(jwt);
  if (!isClientAssertionAlgorithm(header.alg)) throw refused('alg is not supported');
  if (!ACCEPTED_TYPES.includes(header.typ?.toLowerCase())) throw refused('typ names another kind of token');
  if (header.crit !== undefined) throw refused('crit requires an extension, and none is supported');
  if (header.kid !== undefined && typeof header.kid !== 'string') throw refused('kid is not a string');
  if (typeof claims.sub !== 'string' || claims.sub === '') throw refused('sub is missing');
  return {
    jwt,
    header: { alg: header.alg, ...(header.kid === undefined ? {} : { kid: header.kid }) },
    claims,
    clientId: claims.sub,
  };
};

/**
 * Authenticates a client by `private_key_jwt` (RFC 7523 §3, OpenID Connect Core §9). The claims are checked before the
 * client's keys are fetched. The `jti` is used up last, so that only the client itself can use it up.
 *
 * @throws KeysNotFetchedError when the keys are not in memory and `mayFetchKeys` is false
 * @throws OAuthError `invalid_client`
 * @throws UnavailableError when the host of the keys or the store does not answer
 */
export const authenticateByAssertion = async (
  deps: ClientAssertionDeps,
  client: Client,
  assertion: UnverifiedClientAssertion,
  options: Pick<KeyOptions, 'mayFetchKeys'>,
): Promise<void> => {
  assertMethod(client, assertion);
  const { jti, useUntil } = assertClaims(client, assertion.claims, deps, deps.now());
  await assertSignature(deps.keys, client, assertion, options);
  if (!(await deps.assertions.useOnce(client.clientId, jti, useUntil))) throw refused('jti was used before');
};

const assertMethod = (client: Client, { header }: UnverifiedClientAssertion): void => {
  if (!client.tokenEndpointAuthMethods.includes('private_key_jwt')) {
    throw refused('the client did not declare private_key_jwt');
  }
  const registered = client.tokenEndpointAuthSigningAlg;
  if (registered !== undefined && registered !== header.alg)
    throw refused('alg is not the one that the client declared');
};

const assertClaims = (
  client: Client,
  claims: Readonly<Record<string, unknown>>,
  audience: Pick<ClientAssertionDeps, 'issuer' | 'tokenEndpoint'>,
  now: number,
): { jti: string; useUntil: number } => {
  const { iss, sub, aud, exp, nbf, iat, jti } = claims;
  if (sub !== client.clientId) throw refused('sub is not the client_id');
  if (iss !== client.clientId) throw refused('iss is not the client_id');
  if (!isOwnAudience(aud, audience)) throw refused('aud must be the issuer or the token endpoint, and nothing else');
  if (!isTime(exp)) throw refused('exp is missing');
  if (exp <= now - ASSERTION_LEEWAY_SECONDS) throw refused('it has expired');
  if (exp > now + MAX_ASSERTION_LIFETIME_SECONDS + ASSERTION_LEEWAY_SECONDS)
    throw refused('exp is more than ten minutes ahead');
  if (nbf !== undefined && !(isTime(nbf) && nbf <= now + ASSERTION_LEEWAY_SECONDS))
    throw refused('nbf is in the future');
  if (iat !== undefined && !(isTime(iat) && iat <= now + ASSERTION_LEEWAY_SECONDS))
    throw refused('iat is in the future');
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_CHARACTERS)
    throw refused('jti is missing or too long');
  return { jti, useUntil: Math.ceil(exp) + ASSERTION_LEEWAY_SECONDS };
};

/**
 * Exact comparison (RFC 7523 §3, item 3). With a second audience the assertion could be used elsewhere too, so none is
 * accepted (draft-ietf-oauth-rfc7523bis). That draft allows only the issuer; ChatGPT sends the token endpoint.
 */
const isOwnAudience = (
  aud: unknown,
  { issuer, tokenEndpoint }: Pick<ClientAssertionDeps, 'issuer' | 'tokenEndpoint'>,
): boolean => {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return audiences.length > 0 && audiences.every((value) => value === issuer || value === tokenEndpoint);
};

const assertSignature = async (
  keys: ClientKeySource,
  client: Client,
  { jwt, header }: UnverifiedClientAssertion,
  options: Pick<KeyOptions, 'mayFetchKeys'>,
): Promise<void> => {
  const findCandidates = async (unknownKid: boolean): Promise<readonly JWK[]> => {
    const found = await keys.findKeys(client, { ...options, unknownKid });
    if (found === 'not-fetched') throw new KeysNotFetchedError();
    return candidateKeys(found, header);
  };
  let candidates = await findCandidates(false);
  // The client may have rotated its keys since they were fetched.
  if (candidates.length === 0) candidates = await findCandidates(true);
  if (candidates.length === 0) throw refused('the client has no key with that kid and algorithm');
  for (const key of candidates.slice(0, MAX_CANDIDATE_KEYS)) {
    if (await isSignedBy(jwt, key, header.alg)) return;
  }
  throw refused('the signature does not verify');
};

const isSignedBy = async (jwt: string, key: JWK, alg: ClientAssertionAlgorithm): Promise<boolean> => {
  try {
    await compactVerify(jwt, key, { algorithms: [alg] });
    return true;
  } catch {
    // jose throws for a key that it cannot import: too short, or not on its curve.
    return false;
  }
};

const parseJwt = (jwt: string) => {
  try {
    return { header: decodeProtectedHeader(jwt), claims: decodeJwt(jwt) as Readonly<Record<string, unknown>> };
  } catch (cause) {
    throw refused('it is not a JWT', cause);
  }
};

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const refused = (detail: string, cause?: unknown): OAuthError =>
  new OAuthError(
    'invalid_client',
    'Client authentication failed: the client assertion is not valid. Send a new one, signed with a registered key.',
    {
      detail: `client assertion: ${detail}`,
      cause,
    },
  );
