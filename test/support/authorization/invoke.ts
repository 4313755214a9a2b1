import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string;
}

interface Call {
  readonly method?: string;
  readonly path: string;
  readonly pathParameters?: Record<string, string>;
  readonly query?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

type Handler = (event: APIGatewayProxyEvent, context: never) => Promise<APIGatewayProxyResult>;

/** Calls a wrapped endpoint with the event of a REST API's proxy integration. */
export const invoke = async (handler: unknown, call: Call): Promise<Answer> => {
  const query: Record<string, string[]> = {};
  for (const name of new Set(call.query?.keys() ?? [])) query[name] = call.query?.getAll(name) ?? [];
  const event = {
    httpMethod: call.method ?? 'GET',
    path: call.path,
    pathParameters: call.pathParameters ?? null,
    multiValueQueryStringParameters: query,
    multiValueHeaders: Object.fromEntries(
      Object.entries(call.headers ?? {}).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
    ),
    body: call.body ?? null,
    isBase64Encoded: false,
    requestContext: { requestId: 'request-1' },
  } as unknown as APIGatewayProxyEvent;
  const result = await (handler as Handler)(event, {} as never);
  return {
    status: result.statusCode,
    headers: Object.fromEntries(
      Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    cookies: (result.multiValueHeaders?.['set-cookie'] ?? []).map(String),
    body: result.body,
  };
};
