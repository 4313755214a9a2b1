import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { isJsonObject } from '../json.ts';
import { AccessTokenError } from './access-token-error.ts';
import type { PublicJwk } from './key-ring.ts';

/** The `typ` of an access token (RFC 9068 §2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/**
 * Returns the `kid` of a token, if Gatehouse could have written its header.
 *
 * @throws AccessTokenError
 */
export const keyIdOf = (token: string): string => {
  const header = parsedJson(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString('utf8'));
  if (header.alg !== 'RS256') throw new AccessTokenError('wrong_algorithm');
  if (header.typ !== ACCESS_TOKEN_TYPE) throw new AccessTokenError('wrong_type');
  if (header.crit !== undefined || header.b64 !== undefined) throw new AccessTokenError('malformed');
  // Only an RFC 7638 thumbprint reaches the lookup, never a path, a URL or a pattern (catalogue #95).
  if (typeof header.kid !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(header.kid)) {
    throw new AccessTokenError('unknown_key');
  }
  return header.kid;
};

/**
 * Returns the payload of a token whose signature is valid (RFC 7515 §5.2 with RS256, RFC 7518 §3.3).
 *
 * @throws AccessTokenError
 */
export type VerifySignature = (token: string, publicJwk: PublicJwk) => Readonly<Record<string, unknown>>;

/** Three parts in base64url without padding (RFC 7515 §7.1). */
const COMPACT = /^([\w-]+\.([\w-]+))\.([\w-]*)$/;

export const verifiedPayload: VerifySignature = (token, publicJwk) => {
  const [, signed, payload, signature] = COMPACT.exec(token) ?? [];
  if (signed === undefined || payload === undefined || signature === undefined) throw new AccessTokenError('malformed');
  const isGenuine = verify('sha256', Buffer.from(signed), keyObjectOf(publicJwk), Buffer.from(signature, 'base64url'));
  if (!isGenuine) throw new AccessTokenError('bad_signature');
  return parsedJson(Buffer.from(payload, 'base64url').toString('utf8'));
};

const keyObjects = new WeakMap<PublicJwk, KeyObject>();

/** Reading a key costs more than verifying with it. */
const keyObjectOf = (publicJwk: PublicJwk): KeyObject => {
  const known = keyObjects.get(publicJwk);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: { ...publicJwk }, format: 'jwk' });
  keyObjects.set(publicJwk, key);
  return key;
};

/** @throws AccessTokenError unless the text is a JSON object */
export const parsedJson = (text: string): Readonly<Record<string, unknown>> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AccessTokenError('malformed');
  }
  if (!isJsonObject(value)) throw new AccessTokenError('malformed');
  return value;
};
