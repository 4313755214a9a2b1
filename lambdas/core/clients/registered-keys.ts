import { OAuthError } from '../oauth-error.ts';
import type { Client } from './client.ts';
import { brokenFetchUrlRule, type UrlRuleOptions } from './client-id-url.ts';
import { isClientAssertionAlgorithm, parsePublicKeys } from './jwks.ts';

/** The keys of a registration, and the one algorithm that its assertions are signed with. */
export type RegisteredKeys = Pick<Client, 'jwks' | 'jwksUri' | 'tokenEndpointAuthSigningAlg'>;

const invalid = (description: string): OAuthError => new OAuthError('invalid_client_metadata', description);

/**
 * The keys that a registration brings for `private_key_jwt`: inline, or the place where they are, which is not visited
 * now (RFC 7591 §2, catalogue #180). Undefined when it brings none.
 * @throws OAuthError `invalid_client_metadata`
 */
export const registeredKeysOf = (
  members: {
    readonly jwks?: unknown;
    readonly jwks_uri?: unknown;
    readonly token_endpoint_auth_signing_alg?: unknown;
  },
  options: UrlRuleOptions,
): RegisteredKeys | undefined => {
  const { jwks, jwks_uri: uri, token_endpoint_auth_signing_alg: alg } = members;
  if (jwks !== undefined && uri !== undefined) throw invalid('Send jwks or jwks_uri, not both.');
  if (jwks === undefined && uri === undefined) return undefined;
  return { ...(jwks === undefined ? uriOf(uri, options) : inlineOf(jwks)), ...signingAlgOf(alg) };
};

const inlineOf = (jwks: unknown): RegisteredKeys => {
  const keys = parsePublicKeys(jwks);
  switch (keys) {
    case 'private_key_published':
      throw invalid('jwks holds a private or a symmetric key: make a new key pair and send the public half.');
    case 'not_a_jwk_set':
    case 'too_many_keys':
      throw invalid('jwks must be a JWK Set of at most 50 public keys.');
    default:
      if (keys.length === 0)
        throw invalid('jwks holds no public key: each must have a kty, and members that are text.');
      return { jwks: { keys } };
  }
};

const uriOf = (uri: unknown, options: UrlRuleOptions): RegisteredKeys => {
  if (typeof uri !== 'string') throw invalid('jwks_uri must be a string.');
  if (brokenFetchUrlRule(uri, options) !== undefined) {
    throw invalid('jwks_uri must be a plain https URL without user information, fragment or dot segments.');
  }
  return { jwksUri: uri };
};

const signingAlgOf = (alg: unknown): RegisteredKeys => {
  if (alg === undefined) return {};
  if (!isClientAssertionAlgorithm(alg)) {
    throw invalid('token_endpoint_auth_signing_alg must be one that the metadata of this server lists.');
  }
  return { tokenEndpointAuthSigningAlg: alg };
};
