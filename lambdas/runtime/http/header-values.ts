import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { HeaderValues } from '../../core/mcp/headers.ts';

/** Every header of an event, names in lower case, with every value that was sent under any spelling of its name. */
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
