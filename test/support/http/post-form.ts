import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { endpoint } from '../../../lambdas/runtime/http/endpoint.ts';
import type { Handler } from '../../../lambdas/runtime/http/messages.ts';
import type { Log } from '../../../lambdas/runtime/ports/index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export type FormFields = Readonly<Record<string, string | undefined>>;

/** Sends forms to a flow through the endpoint wrapper, as API Gateway would. */
export const formPoster = (flow: Handler, path: string, log: Log) => {
  const handler = endpoint(flow, { log, cors: true });
  return async (fields: FormFields | string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const present = typeof fields === 'string' ? [] : Object.entries(fields).filter(([, value]) => value !== undefined);
    const body = typeof fields === 'string' ? fields : String(new URLSearchParams(present as [string, string][]));
    const sent = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
    const event = {
      httpMethod: 'POST',
      path,
      body,
      isBase64Encoded: false,
      multiValueHeaders: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]])),
      multiValueQueryStringParameters: null,
      pathParameters: null,
      requestContext: { requestId: 'request-1' },
    } as unknown as APIGatewayProxyEvent;
    const result: APIGatewayProxyResult = await handler(event, {} as Context);
    return {
      status: result.statusCode,
      headers: result.headers as Record<string, string>,
      body: result.body === '' ? {} : JSON.parse(result.body),
      text: result.body,
    };
  };
};

/** A log that keeps its entries. */
export const memoryLog = () => {
  const events: { event: string; fields: Record<string, unknown> }[] = [];
  const log: Log = (event, fields = {}) => {
    events.push({ event, fields });
  };
  const names = () => events.map(({ event }) => event);
  return { log, events, names };
};

/** RFC 6749 §2.3.1: form-encoded, then joined as RFC 7617 says. */
export const basic = (clientId: string, clientSecret: string): string => {
  const encoded = [clientId, clientSecret].map((text) => encodeURIComponent(text).replaceAll('%20', '+')).join(':');
  return `Basic ${Buffer.from(encoded).toString('base64')}`;
};
