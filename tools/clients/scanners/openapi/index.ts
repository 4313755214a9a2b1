import {
  constant,
  flag,
  forEach,
  form,
  inPath,
  json,
  jsonBody,
  object,
  type Part,
  page,
  pageOrError,
  query,
  redirect,
  text,
} from './parts.ts';
import * as schemas from './schemas.ts';

const errors = (...statuses: readonly number[]): Part => forEach(statuses, json('An error', schemas.error));
const errorPages = (...statuses: readonly number[]): Part => forEach(statuses, page('An error page'));

/** API Gateway, the firewall and the edge send these everywhere. */
const ANYWHERE = errors(403, 404, 413, 414, 429);
const CREDENTIALS: Part = {
  client_id: text,
  client_secret: text,
  client_assertion_type: constant('urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
  client_assertion: text,
};
const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
];

const document = (description: string, schema: Part, more: Part = {}): Part => ({
  get: { ...more, responses: { 200: json(description, schema), ...ANYWHERE } },
});
const serverMetadata = document('Metadata (RFC 8414)', schemas.serverMetadata);
const claims = {
  200: json('Claims (OpenID Connect Core §5.3)', object({ sub: text }, ['sub'])),
  ...errors(400, 401, 503),
};
const withBearer: Part = { security: [{ bearer: [] }] };
const registrationOf = (success: Part): Part => ({
  responses: { ...success, ...errors(400, 401, 415, 503), ...ANYWHERE },
});
const registered = { 200: json('The registration', schemas.registration) };

/** The endpoints of the authorization server, as an OpenAPI 3.1 description. HEAD and OPTIONS are left out. */
export const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Gatehouse', version: '1' },
  paths: {
    '/.well-known/oauth-authorization-server': serverMetadata,
    '/.well-known/openid-configuration': serverMetadata,
    '/.well-known/oauth-protected-resource': document('Metadata (RFC 9728)', schemas.resourceMetadata),
    '/.well-known/oauth-protected-resource/{server}': document('Metadata (RFC 9728)', schemas.resourceMetadata, {
      parameters: [inPath('server')],
    }),
    '/.well-known/jwks.json': {
      get: { responses: { 200: json('JWK Set (RFC 7517)', schemas.jwkSet), ...errors(503), ...ANYWHERE } },
    },
    '/health': { get: { responses: { 200: json('Works'), 503: json('Issues no tokens'), ...ANYWHERE } } },
    '/register': {
      post: {
        ...jsonBody(schemas.clientMetadata),
        responses: {
          201: json('The registration (RFC 7591)', schemas.registration),
          ...errors(400, 401, 415, 503),
          ...ANYWHERE,
        },
      },
    },
    '/register/{client_id}': {
      parameters: [inPath('client_id')],
      get: { ...withBearer, ...registrationOf(registered) },
      put: { ...withBearer, ...jsonBody(schemas.clientMetadata), ...registrationOf(registered) },
      delete: { ...withBearer, ...registrationOf({ 204: { description: 'Deleted (RFC 7592)' } }) },
    },
    '/authorize': {
      get: {
        parameters: query(
          [
            'response_type',
            'client_id',
            'redirect_uri',
            'code_challenge',
            'code_challenge_method',
            'scope',
            'state',
            'resource',
            'prompt',
            'login_hint',
          ],
          {
            response_type: constant('code'),
            code_challenge: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
            code_challenge_method: constant('S256'),
          },
        ),
        responses: {
          ...ANYWHERE,
          ...errors(503),
          200: page('The consent page'),
          ...forEach([302, 303], redirect('Back to the client, or to the identity provider')),
          400: pageOrError(schemas.error),
        },
      },
    },
    '/token': {
      post: {
        ...form(
          {
            grant_type: { enum: GRANT_TYPES },
            ...{
              code: text,
              redirect_uri: text,
              code_verifier: text,
              refresh_token: text,
              scope: text,
              resource: text,
            },
            ...CREDENTIALS,
          },
          ['grant_type'],
        ),
        responses: { 200: json('Tokens (RFC 6749 §5.1)', schemas.tokens), ...errors(400, 401, 415, 503), ...ANYWHERE },
      },
    },
    '/revoke': {
      post: {
        ...form({ token: text, token_type_hint: { enum: ['access_token', 'refresh_token'] }, ...CREDENTIALS }, [
          'token',
        ]),
        responses: {
          200: { description: 'The token is invalid now (RFC 7009)' },
          ...errors(400, 401, 415, 503),
          ...ANYWHERE,
        },
      },
    },
    '/introspect': {
      post: {
        ...form({ token: text, token_type_hint: text, ...CREDENTIALS }, ['token']),
        responses: {
          200: json('The state of the token (RFC 7662)', object({ active: flag }, ['active'])),
          ...errors(400, 401, 415, 503),
          ...ANYWHERE,
        },
      },
    },
    '/userinfo': {
      get: { ...withBearer, responses: { ...claims, ...ANYWHERE } },
      post: { ...withBearer, responses: { ...claims, ...errors(415), ...ANYWHERE } },
    },
    '/': { get: { responses: { 200: page('Explains the connector URL'), ...ANYWHERE } } },
    '/logo.svg': {
      get: {
        responses: { 200: { description: 'The logo', content: { 'image/svg+xml': { schema: text } } }, ...ANYWHERE },
      },
    },
    '/consent': {
      post: {
        ...form({ transaction: text, decision: text }),
        responses: {
          ...ANYWHERE,
          ...errors(503),
          303: redirect('To the provider or the client'),
          ...errorPages(400, 403, 415),
        },
      },
    },
    '/callback/{idp}': {
      parameters: [inPath('idp')],
      get: {
        parameters: query(['code', 'state', 'error', 'iss']),
        responses: {
          ...ANYWHERE,
          ...errors(503),
          ...forEach([302, 303], redirect('To the client')),
          ...errorPages(400, 403),
          404: pageOrError(schemas.error),
        },
      },
    },
    '/connections': {
      get: { responses: { ...ANYWHERE, 200: page('The connections'), ...errorPages(400, 503) } },
      post: {
        ...form({ action: text }),
        responses: {
          ...ANYWHERE,
          ...errors(503),
          200: page('The connections'),
          303: redirect('To the provider, or back to the page'),
          ...errorPages(400, 403, 415),
        },
      },
    },
  },
  components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
};
