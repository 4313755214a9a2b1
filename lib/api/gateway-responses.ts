import { type GatewayResponseOptions, ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { EXPOSED_HEADERS } from './cors.ts';

/** One answer that API Gateway gives by itself: a JSON error with the request id to quote. */
interface GatewayAnswer {
  readonly type: ResponseType;
  readonly status?: number;
  readonly error: string;
  readonly description: string;
  /** Header → static value in single quotes, or a `context.` variable. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Readable by scripts of any origin; @default true */
  readonly cors?: boolean;
}

const RETRY_AFTER_SECONDS = 5;
/** A rate rule of the firewall looks at the last five minutes, and lets go once they hold fewer requests. */
const FIREWALL_RETRY_AFTER_SECONDS = 60;

export const CORS_HEADERS = {
  'Access-Control-Allow-Origin': `'*'`,
  'Access-Control-Expose-Headers': `'${EXPOSED_HEADERS}'`,
};
const NO_STORE = { 'Cache-Control': `'no-store'` };
const RETRY_AFTER = { 'Retry-After': `'${RETRY_AFTER_SECONDS}'` };

/** Answers that every API of ours shares. */
const COMMON_ANSWERS: readonly GatewayAnswer[] = [
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
    // No code that tells a client to drop its tokens or its registration.
    error: 'access_denied',
    description: 'The firewall refused this request. Where it should not have, give the request id to the operator.',
    headers: { 'Retry-After': `'${FIREWALL_RETRY_AFTER_SECONDS}'` },
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    error: 'invalid_request',
    description: 'The request is too large.',
  },
  {
    type: ResponseType.DEFAULT_4XX,
    error: 'invalid_request',
    description: 'The request cannot be processed as it was sent.',
  },
  {
    type: ResponseType.DEFAULT_5XX,
    error: 'server_error',
    description: 'Something failed on our side. Your request was not at fault.',
    headers: RETRY_AFTER,
  },
];

/** An unknown path, and a known path with a method that it does not have: the gateway cannot tell them apart. */
const NOT_FOUND: GatewayAnswer = {
  type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
  status: 404,
  error: 'not_found',
  description: 'There is nothing at this path for this method.',
};

/** Answers of the authorization server's API. */
export const addAuthorizationServerAnswers = (api: RestApi): void => {
  // No CORS on 404: a preflight of /authorize, /consent or /callback ends here, and none of them is for scripts.
  addAnswers(api, [...COMMON_ANSWERS, { ...NOT_FOUND, cors: false }]);
};

/** Answers of a protected resource's API; the challenges of RFC 9728 §5.1 and RFC 6750 §3.1 are among them. */
export const addProtectedResourceAnswers = (
  api: RestApi,
  challenge: { readonly metadataUrl: string; readonly scopes: readonly string[] },
): void => {
  const unavailable = {
    status: 503,
    error: 'temporarily_unavailable',
    description: 'The token could not be checked. Try again shortly.',
    headers: RETRY_AFTER,
  };
  addAnswers(api, [
    ...COMMON_ANSWERS,
    NOT_FOUND,
    {
      type: ResponseType.UNAUTHORIZED,
      status: 401,
      error: 'invalid_token',
      description: 'A valid access token is needed. The header WWW-Authenticate says where to get one.',
      headers: {
        'WWW-Authenticate': `'Bearer resource_metadata="${challenge.metadataUrl}", scope="${challenge.scopes.join(' ')}"'`,
      },
    },
    {
      type: ResponseType.ACCESS_DENIED,
      status: 403,
      error: 'insufficient_scope',
      description: 'The access token lacks a scope. The header WWW-Authenticate names all that are needed.',
      headers: { 'WWW-Authenticate': 'context.authorizer.challenge' },
    },
    { type: ResponseType.AUTHORIZER_FAILURE, ...unavailable },
    { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...unavailable },
  ]);
};

const addAnswers = (api: RestApi, answers: readonly GatewayAnswer[]): void => {
  for (const answer of answers) api.addGatewayResponse(answer.type.responseType, toGatewayResponse(answer));
};

const toGatewayResponse = (answer: GatewayAnswer): GatewayResponseOptions => ({
  type: answer.type,
  ...(answer.status ? { statusCode: String(answer.status) } : {}),
  responseHeaders: { ...NO_STORE, ...(answer.cors === false ? {} : CORS_HEADERS), ...answer.headers },
  templates: {
    'application/json': JSON.stringify({
      error: answer.error,
      error_description: answer.description,
      request_id: '$context.requestId',
    }),
  },
});
