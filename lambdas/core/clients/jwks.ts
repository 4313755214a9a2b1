import type { JWK } from 'jose';
import { isJsonObject } from '../json.ts';

/** Asymmetric JWS algorithms for client assertions (RFC 7518 §3.1, RFC 8037 §3.1). ChatGPT uses RS256. */
export const CLIENT_ASSERTION_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type ClientAssertionAlgorithm = (typeof CLIENT_ASSERTION_ALGORITHMS)[number];

export const isClientAssertionAlgorithm = (alg: unknown): alg is ClientAssertionAlgorithm =>
  CLIENT_ASSERTION_ALGORITHMS.some((known) => known === alg);

/** The members of public keys that are kept, together with `key_ops` (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2). */
const TEXT_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'alg', 'use'] as const;
/** The modulus of an RSA key of 16,384 bits has 2,731. */
const MAX_MEMBER_CHARACTERS = 4096;
/** RFC 7517 §4.3 defines eight. */
const MAX_KEY_OPERATIONS = 20;

/** No client publishes as many keys; a longer set would only cost time. */
const MAX_KEYS = 50;

/** Members that only private and symmetric keys have (RFC 7518 §6.2.2, §6.3.2, §6.4.1, RFC 8037 §2). */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;

const KEY_TYPES: Readonly<Record<ClientAssertionAlgorithm, { readonly kty: string; readonly crv?: string }>> = {
  RS256: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
};

export type JwkSetProblem = 'not_a_jwk_set' | 'too_many_keys' | 'private_key_published';

/**
 * The public keys of a JWK Set (RFC 7517 §5), or what is wrong with the set. One private or symmetric key refuses the
 * whole set. Unknown members of a key are dropped, so that only known shapes are stored. A key with a malformed member
 * is left out, as §5 recommends.
 */
export const parsePublicKeys = (value: unknown): readonly JWK[] | JwkSetProblem => {
  const keys = isJsonObject(value) ? value.keys : undefined;
  if (!Array.isArray(keys) || !keys.every(isJwk)) return 'not_a_jwk_set';
  if (keys.length > MAX_KEYS) return 'too_many_keys';
  if (keys.some((key) => SECRET_MEMBERS.some((member) => member in key))) return 'private_key_published';
  return keys.flatMap((key) => knownMembers(key) ?? []);
};

const knownMembers = (key: Readonly<Record<string, unknown>>): JWK | undefined => {
  const members = TEXT_MEMBERS.filter((name) => Object.hasOwn(key, name)).map((name) => [name, key[name]] as const);
  if (!members.every(([, value]) => isShortText(value))) return undefined;
  const known: JWK = Object.fromEntries(members);
  const operations = Object.hasOwn(key, 'key_ops') ? key.key_ops : undefined;
  if (operations === undefined) return known;
  const isList = Array.isArray(operations) && operations.length <= MAX_KEY_OPERATIONS && operations.every(isShortText);
  return isList ? { ...known, key_ops: operations } : undefined;
};

const isShortText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_MEMBER_CHARACTERS && value.isWellFormed();

/**
 * The keys that may have signed a JWT with this header (RFC 7515 §4.1.4, RFC 7517 §4): signature keys of its type and
 * curve, and with its `kid` if it has one.
 */
export const candidateKeys = (
  keys: readonly JWK[],
  header: { readonly alg: ClientAssertionAlgorithm; readonly kid?: string },
): readonly JWK[] => {
  const { kty, crv } = KEY_TYPES[header.alg];
  return keys.filter(
    (key) =>
      key.kty === kty &&
      (crv === undefined || key.crv === crv) &&
      (key.use === undefined || key.use === 'sig') &&
      (key.alg === undefined || key.alg === header.alg) &&
      (!Array.isArray(key.key_ops) || key.key_ops.includes('verify')) &&
      (header.kid === undefined || key.kid === header.kid),
  );
};

const isJwk = (value: unknown): value is JWK & { kty: string } => isJsonObject(value) && typeof value.kty === 'string';
