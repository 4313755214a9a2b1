import { constant, flag, object, type Part, text, texts, url } from './parts.ts';

/** RFC 6749 §5.2, with the request ID of every error. */
export const error: Part = object(
  { error: { type: 'string', pattern: '^[a-z_]+$' }, error_description: text, request_id: text, scope: text },
  ['error', 'error_description'],
);

/** RFC 8414 §2. */
export const serverMetadata: Part = object(
  {
    issuer: url,
    authorization_endpoint: url,
    token_endpoint: url,
    jwks_uri: url,
    registration_endpoint: url,
    revocation_endpoint: url,
    introspection_endpoint: url,
    userinfo_endpoint: url,
    scopes_supported: texts,
    response_types_supported: texts,
    grant_types_supported: texts,
    code_challenge_methods_supported: { type: 'array', items: constant('S256') },
    client_id_metadata_document_supported: flag,
    authorization_response_iss_parameter_supported: flag,
  },
  [
    'issuer',
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'response_types_supported',
    'code_challenge_methods_supported',
  ],
);

/** RFC 9728 §2. */
export const resourceMetadata: Part = object(
  {
    resource: url,
    authorization_servers: { type: 'array', items: url, minItems: 1 },
    scopes_supported: texts,
    bearer_methods_supported: { type: 'array', items: constant('header') },
  },
  ['resource', 'authorization_servers'],
);

/** RFC 7517 §5. */
export const jwkSet: Part = object(
  {
    keys: {
      type: 'array',
      minItems: 1,
      items: object(
        { kty: constant('RSA'), alg: constant('RS256'), use: constant('sig'), kid: text, n: text, e: text },
        ['kty', 'alg', 'use', 'kid', 'n', 'e'],
      ),
    },
  },
  ['keys'],
);

/** RFC 7591 §2. */
const clientMetadataMembers: Part = {
  client_name: text,
  redirect_uris: { type: 'array', items: url, maxItems: 10 },
  grant_types: { type: 'array', items: { enum: ['authorization_code', 'refresh_token'] } },
  response_types: { type: 'array', items: constant('code') },
  token_endpoint_auth_method: { enum: ['none', 'client_secret_basic', 'client_secret_post'] },
  scope: text,
  client_uri: url,
  logo_uri: url,
  application_type: { enum: ['native', 'web'] },
};
export const clientMetadata: Part = object(clientMetadataMembers);

/** RFC 7591 §3.2.1, with the members of RFC 7592 §3. */
export const registration: Part = object(
  {
    ...clientMetadataMembers,
    client_id: text,
    client_id_issued_at: { type: 'integer' },
    client_secret: text,
    client_secret_expires_at: { type: 'integer' },
    registration_access_token: text,
    registration_client_uri: url,
  },
  ['client_id', 'redirect_uris', 'token_endpoint_auth_method'],
);

/** RFC 6749 §5.1. */
export const tokens: Part = object(
  {
    access_token: text,
    token_type: constant('Bearer'),
    expires_in: { type: 'integer', minimum: 1 },
    refresh_token: text,
    scope: text,
    issued_token_type: text,
  },
  ['access_token', 'token_type', 'expires_in'],
);
