import { type GatewayResponseOptions, ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { EXPOSED_HEADERS } from './cors.ts';

/** A response that API Gateway sends by itself: a JSON error with the request id. */
interface GatewayError {
  readonly type: ResponseType;
  /** @default the status that API Gateway chooses */
  readonly status?: number;
  readonly error: string;
  readonly description: string;
  /**
   * A `$context.` variable with the scopes that the request needs.
   *
   * @default the body has no scopes
   */
  readonly scope?: string;
  /**
   * Header → static value in single quotes, or a `context.` variable.
   *
   * @default no other headers
   */
  readonly headers?: Readonly<Record<string, string>>;
}

const RETRY_AFTER_SECONDS = 5;
/** A rate rule of the firewall blocks until the last five minutes hold fewer requests. */
const FIREWALL_RETRY_AFTER_SECONDS = 60;

export const CORS_HEADERS = {
  'Access-Control-Allow-Origin': `'*'`,
  'Access-Control-Expose-Headers': `'${EXPOSED_HEADERS}'`,
};
const NO_STORE = { 'Cache-Control': `'no-store'` };
const RETRY_AFTER = { 'Retry-After': `'${RETRY_AFTER_SECONDS}'` };

/** The errors of every API. */
const COMMON_ERRORS: readonly GatewayError[] = [
  {
    type: ResponseType.THROTTLED,
    status: 429,
    error: 'temporarily_unavailable',
    description: 'Too many requests at the moment. Try again shortly.',
    headers: RETRY_AFTER,
  },
  {
    type: ResponseType.WAF_FILTERED,
    status: 403,
    // Not a code that makes a client delete its tokens or its registration.
    error: 'access_denied',
    description: 'The firewall blocked this request. If that is wrong, give the request id to the operator.',
    headers: { 'Retry-After': `'${FIREWALL_RETRY_AFTER_SECONDS}'` },
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    // For events beyond the 6 MB that Lambda accepts. Beyond 10 MB API Gateway refuses with a text of its own.
    status: 413,
    error: 'request_too_large',
    description: 'The request is too large.',
  },
  {
    type: ResponseType.DEFAULT_4XX,
    error: 'invalid_request',
    description: 'The request cannot be processed.',
  },
  {
    type: ResponseType.DEFAULT_5XX,
    error: 'server_error',
    description: 'Something failed on our side. Your request was not at fault.',
    headers: RETRY_AFTER,
  },
];

/**
 * An unknown path, or a method that a path does not have. API Gateway cannot tell them apart. It takes an `Authorization`
 * header there for a signature of AWS, and a bearer token for a bad one. The status keeps preflights from succeeding
 * (Fetch §4.8).
 */
const NOT_FOUND: readonly GatewayError[] = [
  ResponseType.MISSING_AUTHENTICATION_TOKEN,
  ResponseType.INVALID_SIGNATURE,
].map((type) => ({
  type,
  status: 404,
  error: 'not_found',
  description: 'There is nothing at this path for this method.',
}));

/** Adds the errors of the authorization server's API. */
export const addAuthorizationServerResponses = (api: RestApi): void => {
  addErrors(api, [...COMMON_ERRORS, ...NOT_FOUND]);
};

/** Adds the errors of a protected resource's API, with the challenges of RFC 9728 §5.1 and RFC 6750 §3.1. */
export const addProtectedResourceResponses = (
  api: RestApi,
  challenge: { readonly metadataUrl: string; readonly scopes: readonly string[] },
): void => {
  const unavailable = {
    status: 503,
    error: 'temporarily_unavailable',
    description: 'The token could not be checked. Try again shortly.',
    headers: RETRY_AFTER,
  };
  addErrors(api, [
    ...COMMON_ERRORS,
    ...NOT_FOUND,
    {
      type: ResponseType.UNAUTHORIZED,
      status: 401,
      error: 'invalid_token',
      description: 'A valid access token is required. The WWW-Authenticate header says where to get one.',
      headers: {
        'WWW-Authenticate': `'Bearer resource_metadata="${challenge.metadataUrl}", scope="${challenge.scopes.join(' ')}"'`,
      },
    },
    {
      type: ResponseType.ACCESS_DENIED,
      status: 403,
      error: 'insufficient_scope',
      description: 'The access token lacks a scope. Authorize again with every scope of this response.',
      // Clients that do not read the challenge show the body.
      scope: '$context.authorizer.neededScopes',
      headers: { 'WWW-Authenticate': 'context.authorizer.challenge' },
    },
    { type: ResponseType.AUTHORIZER_FAILURE, ...unavailable },
    { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...unavailable },
  ]);
};

const addErrors = (api: RestApi, errors: readonly GatewayError[]): void => {
  for (const error of errors) api.addGatewayResponse(error.type.responseType, toGatewayResponse(error));
};

const toGatewayResponse = (response: GatewayError): GatewayResponseOptions => ({
  type: response.type,
  ...(response.status ? { statusCode: String(response.status) } : {}),
  responseHeaders: { ...NO_STORE, ...CORS_HEADERS, ...response.headers },
  templates: {
    'application/json': JSON.stringify({
      error: response.error,
      error_description: response.description,
      ...(response.scope ? { scope: response.scope } : {}),
      request_id: '$context.requestId',
    }),
  },
});
