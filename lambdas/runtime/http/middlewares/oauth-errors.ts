import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { describeError } from '../../../core/describe-error.ts';
import { retryAfterSeconds } from '../../../core/net/retry-after.ts';
import { OAuthError, UnavailableError } from '../../../core/oauth-error.ts';
import type { Log } from '../../ports/index.ts';
import { parseEvent, toResult } from '../api-gateway.ts';
import { errorJson, type HttpRequest, type HttpResponse } from '../messages.ts';

export interface OAuthErrorsOptions {
  readonly log: Log;
  /**
   * From 0 to below 1. Spreads the clients that are asked to wait.
   *
   * @default Math.random
   */
  readonly random?: () => number;
  /**
   * The event of a refused request.
   *
   * @default 'request_refused'
   */
  readonly refusalEvent?: 'request_refused' | 'client_refused';
  /**
   * Shows the error to a user.
   *
   * @default JSON for a client
   */
  readonly renderError?: (error: OAuthError, request: HttpRequest) => HttpResponse;
}

/** Logs what a handler throws and turns it into a response. Errors other than refusals are described in the log only. */
export const oauthErrors = ({
  log,
  random = Math.random,
  refusalEvent = 'request_refused',
  renderError = errorJson,
}: OAuthErrorsOptions): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => ({
  onError: (handling) => {
    const request = parseEvent(handling.event);
    const error = asOAuthError(handling.error, random);
    log(error.status < 500 ? refusalEvent : 'request_failed', {
      requestId: request.requestId,
      path: request.path,
      error: error.code,
      detail: error.detail ?? error.message,
    });
    handling.response = toResult(renderError(error, request));
  },
});

const asOAuthError = (error: unknown, random: () => number): OAuthError => {
  if (error instanceof OAuthError) return error;
  const options = { detail: describeError(error), cause: error };
  if (error instanceof UnavailableError) {
    const headers = { 'retry-after': String(retryAfterSeconds(random())) };
    const description = 'The service is busy or a part of it is down. Try again shortly.';
    return new OAuthError('temporarily_unavailable', description, { ...options, headers });
  }
  return new OAuthError('server_error', 'Something failed on our side. Your request was not at fault.', options);
};
