import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { HeaderValues } from '../../core/mcp/headers.ts';

/** All headers of an event. Names are in lower case, and values that were sent in any letter case are together. */
export const readHeaders = (
  event: Pick<APIGatewayProxyEvent | APIGatewayRequestAuthorizerEvent, 'multiValueHeaders'>,
): HeaderValues => {
  const headers = new Map<string, string[]>();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), ...(values ?? [])]);
  }
  return headers;
};
