import type { APIGatewayProxyEvent } from 'aws-lambda';
import { decodeUtf8 } from '../core/json.ts';
import type { HeaderValues } from '../core/mcp/headers.ts';
import { IDENTITY_HEADERS, type IdentityContext, NO_VALUE } from '../core/mcp/identity-headers.ts';
import { contentInDelete, parseError, unsupportedMediaType } from './refusal.ts';

export interface Caller {
  /** Scopes of the access token, without what they imply. */
  readonly scopes: readonly string[];
  readonly identity: IdentityContext;
}

/**
 * Who calls, from the authorizer's context, which only API Gateway can write.
 * @throws Error when the request did not pass the authorizer: a fault of the deployment, never a guest
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
 * The body as the one text that it can be read as. Codings and character sets are refused, since the backend would
 * inspect other bytes than we did.
 * @throws Refusal
 */
export const readBody = (
  event: Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'>,
  headers: HeaderValues,
): string => {
  const codings = headers.get('content-encoding') ?? [];
  if (codings.some((coding) => coding.trim().toLowerCase() !== 'identity')) {
    throw unsupportedMediaType('Content-Encoding is not accepted here: send the JSON as it is.');
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
 * Content has no meaning in DELETE (RFC 9110 §9.3.5), but some servers read a message whatever the method is.
 * @throws Refusal
 */
export const assertNoContent = ({ body }: Pick<APIGatewayProxyEvent, 'body'>): void => {
  if (body !== null && body !== '') throw contentInDelete();
};
