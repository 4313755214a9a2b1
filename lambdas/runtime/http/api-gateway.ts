import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { readHeaders } from './header-values.ts';
import type { HttpRequest, HttpResponse } from './messages.ts';

const requests = new WeakMap<APIGatewayProxyEvent, HttpRequest>();

/** The request in a Lambda proxy event of a REST API: one object for its handler and for the page of its error. */
export const parseEvent = (event: APIGatewayProxyEvent): HttpRequest => {
  const request = requests.get(event) ?? newRequest(event);
  requests.set(event, request);
  return request;
};

const newRequest = (event: APIGatewayProxyEvent): HttpRequest => {
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
