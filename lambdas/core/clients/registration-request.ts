import { OAuthError } from '../oauth-error.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { Client, GrantType, TokenEndpointAuthMethod } from './client.ts';
import type { UrlRuleOptions } from './client-id-url.ts';
import {
  ClientMetadataError,
  parseClientName,
  parseGrantTypes,
  parseKeys,
  parseRedirectUris,
  parseSigningAlgorithm,
  type RawMetadata,
  readMember,
} from './metadata.ts';
import type { RedirectUriLimits } from './redirect-uri.ts';

/** Of a registration or an update; real ones have about 1 KB. */
export const MAX_METADATA_BYTES = 16_384;
const MAX_REDIRECT_URIS = 10;

export interface RegistrationRequestOptions extends UrlRuleOptions {
  /** What the operator narrows redirect URIs to. */
  readonly redirectUriLimits?: RedirectUriLimits;
}

/** The keys of a client, and the only algorithm that it signs its assertions with. */
type RegisteredKeys = Pick<Client, 'jwks' | 'jwksUri' | 'tokenEndpointAuthSigningAlg'>;

/** What a client asked for (RFC 7591 §2), reduced to what this server supports: exactly what the response says. */
export interface ClientMetadata {
  readonly clientName?: string;
  readonly redirectUris: readonly string[];
  /** For the log: the redirect URIs that were left out, each with its position and the rule that it breaks. */
  readonly droppedRedirectUris?: string;
  readonly grantTypes: readonly GrantType[];
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  readonly applicationType?: 'native' | 'web';
  /** Only with `private_key_jwt`. */
  readonly keys?: RegisteredKeys;
}

/**
 * Parses the metadata of a registration or an update (RFC 7591 §2, RFC 7592 §2.2). Members of the wrong type are
 * refused, and `null` counts as omitted. What this server does not support is left out or replaced.
 *
 * @param body the parsed JSON body
 * @param options where keys may be, and what redirect URIs are narrowed to
 * @throws OAuthError `invalid_redirect_uri` or `invalid_client_metadata` (RFC 7591 §3.2.2)
 */
export const parseRegistrationRequest = (body: unknown, options: RegistrationRequestOptions = {}): ClientMetadata => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new OAuthError('invalid_client_metadata', 'The body must be a JSON object of client metadata.');
  }
  try {
    return parseMembers(Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)), options);
  } catch (error) {
    if (!(error instanceof ClientMetadataError)) throw error;
    const code = error.member === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata';
    throw new OAuthError(code, error.message, error.detail === undefined ? {} : { detail: error.detail });
  }
};

const parseMembers = (metadata: RawMetadata, options: RegistrationRequestOptions): ClientMetadata => {
  const clientName = parseClientName(metadata, countCodePoints);
  const applicationType = parseApplicationType(metadata);
  return withoutUndefined({
    clientName,
    ...parseRedirectUris(metadata, MAX_REDIRECT_URIS, options.redirectUriLimits, applicationType),
    grantTypes: parseGrantTypes(metadata),
    ...parseAuthentication(metadata, options),
    applicationType,
  });
};

const countCodePoints = (name: string): number => [...name].length;

/** Values other than these two are ignored, like unknown members. */
const parseApplicationType = (metadata: RawMetadata): ClientMetadata['applicationType'] => {
  const type = readMember(metadata, 'application_type');
  return type === 'native' || type === 'web' ? type : undefined;
};

/**
 * Omitted means `none`: MCP clients are public, and they use the method that the response names. A method that this
 * server does not support becomes the nearest one with a shared secret, or else `none`, which PKCE protects. So does
 * `private_key_jwt` without keys.
 */
const parseAuthentication = (
  metadata: RawMetadata,
  options: UrlRuleOptions,
): Pick<ClientMetadata, 'tokenEndpointAuthMethod' | 'keys'> => {
  const requested = readMember(metadata, 'token_endpoint_auth_method');
  switch (requested) {
    case 'client_secret_post':
    case 'client_secret_basic':
      return { tokenEndpointAuthMethod: requested };
    case 'client_secret_jwt':
      return { tokenEndpointAuthMethod: 'client_secret_basic' };
    case 'private_key_jwt': {
      const keys = parseKeys(metadata, options);
      if (keys === undefined) return { tokenEndpointAuthMethod: 'none' };
      if (keys.jwks?.keys.length === 0) {
        throw new ClientMetadataError(
          'jwks',
          'jwks contains no public key that this server can read. Each key needs a kty, and members of the right type.',
        );
      }
      return { tokenEndpointAuthMethod: requested, keys: { ...keys, ...parseSigningAlgorithm(metadata) } };
    }
    default:
      return { tokenEndpointAuthMethod: 'none' };
  }
};
