import { OAuthError } from '../oauth-error.ts';
import type { GrantType, TokenEndpointAuthMethod } from './client.ts';
import type { UrlRuleOptions } from './client-id-url.ts';
import { judgeRedirectUri, type RedirectUriVerdict } from './redirect-uri.ts';
import { type RegisteredKeys, registeredKeysOf } from './registered-keys.ts';

/** Of a registration or an update; real ones have about 1 KB. */
export const MAX_METADATA_BYTES = 16_384;
export const MAX_REDIRECT_URIS = 10;
/** In characters (code points). */
export const MAX_CLIENT_NAME_LENGTH = 128;

const SUPPORTED_GRANT_TYPES = ['authorization_code', 'refresh_token'] as const satisfies readonly GrantType[];

/** What a client asked for (RFC 7591 §2), cut down to what this server supports: exactly what it is told back. */
export interface ClientMetadata {
  readonly clientName?: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly GrantType[];
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  readonly applicationType?: 'native' | 'web';
  /** With `private_key_jwt` alone. */
  readonly keys?: RegisteredKeys;
}

/**
 * Reads a registration request (RFC 7591 §2). Members that are not known here are ignored; known ones of the wrong type
 * are refused. Redirect URIs that the policy refuses are dropped as long as one remains, since real clients send mixed
 * lists; a dangerous one refuses the request.
 *
 * @param options where keys may be
 * @throws OAuthError `invalid_redirect_uri` or `invalid_client_metadata`
 */
export const negotiateClientMetadata = (body: unknown, options: UrlRuleOptions = {}): ClientMetadata => {
  const metadata = asObject(body);
  const clientName = clientNameOf(metadata);
  const applicationType = applicationTypeOf(metadata);
  return {
    ...(clientName === undefined ? {} : { clientName }),
    redirectUris: redirectUrisOf(metadata, applicationType),
    grantTypes: grantTypesOf(metadata),
    ...authenticationOf(metadata, options),
    ...(applicationType === undefined ? {} : { applicationType }),
  };
};

const redirectUrisOf = (metadata: object, applicationType: ClientMetadata['applicationType']): readonly string[] => {
  const uris = stringsOf(metadata, 'redirect_uris');
  if (uris === undefined || uris.length === 0) {
    throw new OAuthError('invalid_redirect_uri', 'redirect_uris must name at least one redirect URI.');
  }
  if (uris.length > MAX_REDIRECT_URIS) {
    throw new OAuthError('invalid_redirect_uri', `redirect_uris may name at most ${MAX_REDIRECT_URIS} redirect URIs.`);
  }
  const judged = [...new Set(uris)].map((uri) => ({ uri, judgement: judgementOf(uri, applicationType) }));
  const refusals = judged.flatMap(({ judgement }) => ('reason' in judgement ? [judgement.reason] : [])).join('; ');
  if (judged.some(({ judgement }) => judgement.verdict === 'dangerous')) {
    throw new OAuthError('invalid_redirect_uri', 'A redirect URI has a scheme that is never allowed.', {
      detail: refusals,
    });
  }
  const accepted = judged.filter(({ judgement }) => judgement.verdict === 'accepted').map(({ uri }) => uri);
  if (accepted.length === 0) {
    throw new OAuthError(
      'invalid_redirect_uri',
      'No redirect URI is acceptable: use https, http on a loopback host, or a private-use scheme that is a reversed domain.',
      { detail: refusals },
    );
  }
  return accepted;
};

/**
 * A client that says that it is a web application answers under https (OpenID Connect Registration §2); one that says
 * that it is native, or says nothing, may use whatever the policy accepts (catalogue #184).
 */
const judgementOf = (uri: string, applicationType: ClientMetadata['applicationType']): RedirectUriVerdict => {
  const judgement = judgeRedirectUri(uri);
  return judgement.verdict === 'accepted' && applicationType === 'web' && !uri.startsWith('https:')
    ? { verdict: 'refused', reason: 'a web application needs https; send application_type native' }
    : judgement;
};

/** Other values than the two are ignored, as unknown members are. */
const applicationTypeOf = (metadata: object): ClientMetadata['applicationType'] => {
  const type = member(metadata, 'application_type');
  return type === 'native' || type === 'web' ? type : undefined;
};

/** Omitted means both: clients that say nothing still expect to be refreshed (RFC 7591 §2 lets a server substitute). */
const grantTypesOf = (metadata: object): readonly GrantType[] => {
  const requested = stringsOf(metadata, 'grant_types') ?? SUPPORTED_GRANT_TYPES;
  const grantTypes = SUPPORTED_GRANT_TYPES.filter((grantType) => requested.includes(grantType));
  const responseTypes = stringsOf(metadata, 'response_types') ?? ['code'];
  if (!grantTypes.includes('authorization_code') || !responseTypes.includes('code')) {
    throw new OAuthError(
      'invalid_client_metadata',
      'Only clients of the authorization code flow can register: grant_types must hold authorization_code, and response_types code.',
    );
  }
  return grantTypes;
};

/**
 * Omitted means `none`, as clients of this protocol are public and follow the answer. Of methods that do not work here,
 * the one with a shared secret becomes the nearest that does; all others, and `private_key_jwt` without keys, become
 * `none`, which PKCE protects.
 */
const authenticationOf = (
  metadata: object,
  options: UrlRuleOptions,
): Pick<ClientMetadata, 'tokenEndpointAuthMethod' | 'keys'> => {
  const requested = member(metadata, 'token_endpoint_auth_method') ?? 'none';
  if (typeof requested !== 'string') throw wrongType('token_endpoint_auth_method', 'a string');
  switch (requested) {
    case 'client_secret_post':
    case 'client_secret_basic':
      return { tokenEndpointAuthMethod: requested };
    case 'client_secret_jwt':
      return { tokenEndpointAuthMethod: 'client_secret_basic' };
    case 'private_key_jwt': {
      const keys = registeredKeysOf(
        {
          jwks: member(metadata, 'jwks'),
          jwks_uri: member(metadata, 'jwks_uri'),
          token_endpoint_auth_signing_alg: member(metadata, 'token_endpoint_auth_signing_alg'),
        },
        options,
      );
      return keys ? { tokenEndpointAuthMethod: requested, keys } : { tokenEndpointAuthMethod: 'none' };
    }
    default:
      return { tokenEndpointAuthMethod: 'none' };
  }
};

const clientNameOf = (metadata: object): string | undefined => {
  const name = member(metadata, 'client_name') ?? '';
  if (typeof name !== 'string') throw wrongType('client_name', 'a string');
  if ([...name].length > MAX_CLIENT_NAME_LENGTH) {
    throw wrongType('client_name', `at most ${MAX_CLIENT_NAME_LENGTH} characters`);
  }
  return name.trim() === '' ? undefined : name.toWellFormed();
};

const asObject = (body: unknown): object => {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new OAuthError('invalid_client_metadata', 'The body must be a JSON object of client metadata.');
};

/** An own member only, so that nothing is read from a prototype; `null` counts as omitted. */
const member = (object: object, name: string): unknown =>
  Object.hasOwn(object, name) ? ((object as Record<string, unknown>)[name] ?? undefined) : undefined;

const stringsOf = (object: object, name: string): readonly string[] | undefined => {
  const value = member(object, name);
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw wrongType(name, 'an array of strings');
};

const wrongType = (name: string, expected: string): OAuthError =>
  new OAuthError(
    name === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    `${name} must be ${expected}.`,
  );
