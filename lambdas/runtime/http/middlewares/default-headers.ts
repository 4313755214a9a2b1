import type { MiddlewareObj, Request } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

type Proxy = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult>;

/** Adds headers to every response, errors included. A header that the handler set stays as it is. */
export const defaultHeaders = (defaults: Readonly<Record<string, string>>): Proxy => {
  const add = ({ response }: Request<APIGatewayProxyEvent, APIGatewayProxyResult>): void => {
    if (response !== null && response !== undefined) response.headers = { ...defaults, ...response.headers };
  };
  return { after: add, onError: add };
};
