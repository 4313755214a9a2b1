import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { readHeaders } from './header-values.ts';
import type { HttpRequest, HttpResponse } from './messages.ts';

/** The request in a Lambda proxy event of a REST API. */
export const parseEvent = (event: APIGatewayProxyEvent): HttpRequest => {
  const headers = readHeaders(event);
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
    body: event.isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body,
    requestId: event.requestContext.requestId,
  };
};

/** A response as a REST API expects it from a Lambda proxy integration. */
export const toResult = ({ status, headers, cookies = [], body = '' }: HttpResponse): APIGatewayProxyResult => ({
  statusCode: status,
  headers: { ...headers },
  ...(cookies.length > 0 ? { multiValueHeaders: { 'set-cookie': [...cookies] } } : {}),
  body,
});
