import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { parseCookie } from 'cookie';
import { describeError } from '../../core/describe-error.ts';
import { retryAfterSeconds } from '../../core/net/retry-after.ts';
import { OAuthError, UnavailableError } from '../../core/oauth-error.ts';
import type { Log } from '../ports/index.ts';
import { type Handler, type HttpRequest, type HttpResponse, json, NO_STORE } from './messages.ts';

/** Kept back from the function's own timeout, so that whoever waits hears of it. */
const ANSWER_RESERVE_MS = 250;

const SECURITY_HEADERS = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

/** What browser clients may read of an answer. */
const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'WWW-Authenticate, Retry-After',
} as const;

export interface EndpointOptions {
  readonly log: Log;
  /** From 0 to below 1, spreads those who are asked to wait. @default Math.random */
  readonly random?: () => number;
  /** Answers to scripts of any origin; never for pages (OAuth 2.1 §3.1). */
  readonly cors?: boolean;
  /** The event of a refusal; `request_refused` unless the endpoint has one of its own. */
  readonly refusalEvent?: 'request_refused' | 'client_refused';
  /** Shows an error to a person instead of a client. */
  readonly renderError?: (error: OAuthError, request: HttpRequest) => HttpResponse;
}

/** One flow as a Lambda proxy handler of a REST API: the only place that knows API Gateway and middy. */
export const endpoint = (flow: Handler, options: EndpointOptions) =>
  middy<APIGatewayProxyEvent, APIGatewayProxyResult>({
    timeoutEarlyInMillis: ANSWER_RESERVE_MS,
    timeoutEarlyResponse: () => {
      throw new UnavailableError('a dependency', new Error('no time was left'));
    },
  })
    .handler(async (event) => toResult(await flow(toRequest(event)), options))
    .onError((handling) => {
      const request = toRequest(handling.event);
      const error = asOAuthError(handling.error, options.random ?? Math.random);
      options.log(error.status < 500 ? (options.refusalEvent ?? 'request_refused') : 'request_failed', {
        requestId: request.requestId,
        path: request.path,
        error: error.code,
        detail: error.detail ?? error.message,
      });
      handling.response = toResult((options.renderError ?? renderJson)(error, request), options);
    });

/** RFC 6749 §5.2, with the request id to quote. */
const renderJson = (error: OAuthError, request: HttpRequest): HttpResponse =>
  json(
    error.status,
    { error: error.code, error_description: error.message, request_id: request.requestId },
    { ...NO_STORE, ...error.headers },
  );

/** Anything that is not a refusal of ours is a fault of ours: constant text outside, everything in the log. */
const asOAuthError = (error: unknown, random: () => number): OAuthError => {
  if (error instanceof OAuthError) return error;
  if (error instanceof UnavailableError) {
    return new OAuthError(
      'temporarily_unavailable',
      'The service is busy or a part of it is down. Try again shortly.',
      {
        detail: describeError(error),
        cause: error,
        headers: { 'retry-after': String(retryAfterSeconds(random())) },
      },
    );
  }
  return new OAuthError('server_error', 'Something failed on our side. Your request was not at fault.', {
    detail: describeError(error),
    cause: error,
  });
};

const toRequest = (event: APIGatewayProxyEvent): HttpRequest => {
  const headers = new Map<string, string[]>();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), ...(values ?? [])]);
  }
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    for (const value of values ?? []) query.append(name, value);
  }
  const body = event.body ?? '';
  return {
    method: event.httpMethod,
    path: event.path,
    pathParameters: { ...event.pathParameters } as Record<string, string>,
    query,
    headers,
    cookies: parseCookies(headers.get('cookie')),
    body: event.isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body,
    requestId: event.requestContext.requestId,
  };
};

const parseCookies = (headers: readonly string[] | undefined): Record<string, string> => {
  const cookies: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseCookie((headers ?? []).join('; ')))) {
    if (value !== undefined) cookies[name] = value;
  }
  return cookies;
};

const toResult = (response: HttpResponse, options: EndpointOptions): APIGatewayProxyResult => ({
  statusCode: response.status,
  headers: { ...SECURITY_HEADERS, ...(options.cors ? CORS_HEADERS : {}), ...response.headers },
  ...(response.cookies?.length ? { multiValueHeaders: { 'set-cookie': [...response.cookies] } } : {}),
  body: response.body ?? '',
});
