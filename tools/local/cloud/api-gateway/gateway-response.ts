import type { EdgeResponse } from '../http-message.ts';
import type { Invocation } from './invocation.ts';
import type { GatewayResponse } from './model.ts';
import { mappedValue, substitute } from './variables.ts';

interface Kind {
  readonly status: number;
  readonly message: string | null;
  /** Value of `x-amzn-ErrorType`. */
  readonly errorType: string;
}

/** Status and message of every type that the local cloud produces (developer guide, "gateway response types"). */
const KINDS = {
  ACCESS_DENIED: {
    status: 403,
    message: 'User is not authorized to access this resource',
    errorType: 'AccessDeniedException',
  },
  AUTHORIZER_CONFIGURATION_ERROR: { status: 500, message: null, errorType: 'AuthorizerConfigurationException' },
  AUTHORIZER_FAILURE: { status: 500, message: null, errorType: 'AuthorizerFailureException' },
  INTEGRATION_FAILURE: { status: 504, message: 'Internal server error', errorType: 'InternalServerErrorException' },
  INTEGRATION_TIMEOUT: {
    status: 504,
    message: 'Endpoint request timed out',
    errorType: 'InternalServerErrorException',
  },
  INVALID_SIGNATURE: {
    status: 403,
    message: "Authorization header requires 'Credential' parameter.",
    errorType: 'IncompleteSignatureException',
  },
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    message: 'Missing Authentication Token',
    errorType: 'MissingAuthenticationTokenException',
  },
  // What AWS answers to an event beyond 6 MB, as reported.
  REQUEST_TOO_LARGE: { status: 413, message: 'Request Too Long', errorType: 'BadRequestException' },
  THROTTLED: { status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  UNAUTHORIZED: { status: 401, message: 'Unauthorized', errorType: 'UnauthorizedException' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Unsupported Media Type', errorType: 'BadRequestException' },
  // Malformed answers and errors of a function have no type of their own, so DEFAULT_5XX applies.
  INTERNAL_SERVER_ERROR: { status: 502, message: 'Internal server error', errorType: 'InternalServerErrorException' },
} as const satisfies Record<string, Kind>;

export type GatewayResponseType = keyof typeof KINDS;

/** API Gateway answers instead of the integration. `detail` is for the console only. */
export class GatewayError extends Error {
  readonly type: GatewayResponseType;
  readonly detail: string | undefined;
  constructor(type: GatewayResponseType, detail?: string) {
    super(type);
    this.name = 'GatewayError';
    this.type = type;
    this.detail = detail;
  }
}

const DEFAULT_TEMPLATES = { 'application/json': '{"message":$context.error.messageString}' };

/** The response to an error: the type's own, else DEFAULT_4XX or DEFAULT_5XX, else the default of API Gateway. */
export const gatewayResponse = (invocation: Invocation, error: GatewayError): EdgeResponse => {
  const kind: Kind = KINDS[error.type];
  const { gatewayResponses } = invocation.api;
  const configured: GatewayResponse | undefined =
    gatewayResponses.get(error.type) ?? gatewayResponses.get(kind.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const extra = {
    error: {
      message: kind.message,
      messageString: JSON.stringify(kind.message),
      responseType: error.type === 'INTERNAL_SERVER_ERROR' ? 'DEFAULT_5XX' : error.type,
    },
  };
  const templates = Object.entries(configured?.responseTemplates ?? {});
  const [contentType, template] =
    templates.find(([type]) => type === 'application/json') ??
    templates[0] ??
    Object.entries(DEFAULT_TEMPLATES)[0] ??
    [];
  const mapped = Object.entries(configured?.responseParameters ?? {}).flatMap(([target, expression]) => {
    const name = target.replace(/^gatewayresponse\.header\./, '');
    const value = mappedValue(expression, invocation, extra);
    return value === undefined ? [] : [[name, value] as const];
  });
  const own = new Set(mapped.map(([name]) => name.toLowerCase()));
  return {
    status: configured?.statusCode ?? kind.status,
    headers: [
      ...(own.has('content-type') ? [] : [['Content-Type', contentType ?? 'application/json'] as const]),
      ['x-amzn-ErrorType', kind.errorType],
      ...mapped,
    ],
    body: Buffer.from(substitute(template ?? '', invocation, extra)),
    reason: error.detail ? `${error.type}: ${error.detail}` : error.type,
  };
};
