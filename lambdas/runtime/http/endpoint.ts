import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { parseEvent, toResult } from './api-gateway.ts';
import type { Handler } from './messages.ts';
import { cors } from './middlewares/cors.ts';
import { earlyTimeout } from './middlewares/early-timeout.ts';
import { type OAuthErrorsOptions, oauthErrors } from './middlewares/oauth-errors.ts';
import { securityHeaders } from './middlewares/security-headers.ts';

export interface EndpointOptions extends OAuthErrorsOptions {
  /**
   * Whether scripts of any origin may read the responses.
   *
   * @default false
   */
  readonly cors?: boolean;
}

/**
 * A handler as the Lambda proxy function of a REST API. Every HTTP function except the streaming ones is made here. After
 * an error middy runs the middlewares from the last to the first.
 */
export const endpoint = (handler: Handler, options: EndpointOptions) =>
  middy<APIGatewayProxyEvent, APIGatewayProxyResult>(earlyTimeout())
    .use(securityHeaders())
    .use(options.cors ? [cors()] : [])
    .use(oauthErrors(options))
    .handler(async (event) => toResult(await handler(parseEvent(event))));
