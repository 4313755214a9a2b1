import type { APIGatewayProxyEvent } from 'aws-lambda';
import { decodeUtf8 } from '../core/json.ts';
import type { HeaderValues } from '../core/mcp/headers.ts';
import { IDENTITY_HEADERS, type IdentityContext, NO_VALUE } from '../core/mcp/identity-headers.ts';
import { parseError, unexpectedContent, unsupportedMediaType } from './refusal.ts';

export interface Caller {
  /** The scopes of the access token, without implied ones. */
  readonly scopes: readonly string[];
  readonly identity: IdentityContext;
}

/**
 * Reads the caller from the authorizer's context, which only API Gateway can write.
 *
 * @throws Error if the request did not pass the authorizer, which means that the deployment is wrong
 */
export const readCaller = (event: Pick<APIGatewayProxyEvent, 'requestContext'>): Caller => {
  const context: Readonly<Record<string, unknown>> = event.requestContext.authorizer ?? {};
  const identity: Record<string, string> = {};
  for (const member of Object.keys(IDENTITY_HEADERS)) {
    const value = context[member];
    if (typeof value !== 'string' || value === '') {
      throw new Error(`no ${member} in the authorizer's context: put the authorizer in front of this function`);
    }
    identity[member] = value;
  }
  const { scopes } = identity as IdentityContext;
  return { scopes: scopes === NO_VALUE ? [] : scopes.split(' '), identity: identity as IdentityContext };
};

/**
 * Reads the body as UTF-8 text. Content codings and other character sets are refused, because the backend could then
 * read other text than the text that was inspected.
 *
 * @throws Refusal
 */
export const readBody = (
  event: Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'>,
  headers: HeaderValues,
): string => {
  const codings = headers.get('content-encoding') ?? [];
  if (codings.some((coding) => coding.trim().toLowerCase() !== 'identity')) {
    throw unsupportedMediaType('Content-Encoding is not supported: send the JSON without an encoding.');
  }
  const [type, ...otherTypes] = headers.get('content-type') ?? [];
  if (
    type === undefined ||
    otherTypes.length > 0 ||
    !/^application\/json *(; *charset="?utf-8"? *)?$/i.test(type.trim())
  ) {
    throw unsupportedMediaType('Content-Type must be application/json, in UTF-8.');
  }
  if (event.body === null || event.body === '') throw parseError('it is empty');
  const body = event.isBase64Encoded ? decodeUtf8(Buffer.from(event.body, 'base64')) : event.body;
  if (body === undefined) throw parseError('it is not UTF-8');
  return body;
};

/**
 * Refuses content in a request that should have none. It has no meaning (RFC 9110 §9.3.1, §9.3.5), but some servers
 * read a message from it.
 *
 * @throws Refusal
 */
export const assertNoContent = ({ body }: Pick<APIGatewayProxyEvent, 'body'>): void => {
  if (body !== null && body !== '') throw unexpectedContent();
};
