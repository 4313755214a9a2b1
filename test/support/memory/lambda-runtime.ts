import { PassThrough, type Writable } from 'node:stream';
import type { APIGatewayProxyEvent } from 'aws-lambda';

interface Metadata {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
}

/** Not in TypeScript's library yet. */
interface StreamFrom {
  from(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array>;
}

const metadataOf = new WeakMap<Writable, (metadata: Metadata) => void>();

/**
 * The part of Lambda's runtime that response streaming needs, as `globalThis.awslambda`. As in the cloud, status and
 * headers leave with the first write.
 */
export const installLambdaRuntime = (): void => {
  Object.assign(globalThis, {
    awslambda: {
      streamifyResponse: (handler: unknown) => handler,
      HttpResponseStream: {
        from: (stream: Writable, metadata: Metadata): Writable => {
          const write = stream.write.bind(stream);
          stream.write = ((...parameters: Parameters<typeof write>) => {
            metadataOf.get(stream)?.(metadata);
            return write(...parameters);
          }) as typeof stream.write;
          return stream;
        },
      },
    },
  });
};

export type StreamingHandler = (event: APIGatewayProxyEvent, responseStream: Writable, context: never) => unknown;

/** Calls a streaming function as API Gateway does and gives its answer as a web response. */
export const invokeStreaming = async (handler: StreamingHandler, event: APIGatewayProxyEvent): Promise<Response> => {
  const stream = new PassThrough();
  stream.on('error', () => {}); // what went wrong is told by the handler's own rejection
  const started = new Promise<Metadata>((resolve) => metadataOf.set(stream, resolve));
  const finished = Promise.resolve(handler(event, stream, undefined as never));
  finished.catch((error: Error) => stream.destroy(error));
  const metadata = await Promise.race([
    started,
    finished.then(() => {
      throw new Error('the function ended without an answer');
    }),
  ]);
  const hasBody = ![101, 204, 205, 304].includes(metadata.statusCode);
  const body = (ReadableStream as unknown as StreamFrom).from(stream);
  return new Response(hasBody ? body : null, { status: metadata.statusCode, headers: metadata.headers });
};

/** The REST proxy event of a request that the authorizer let through. */
export const proxyEvent = async (
  request: Request,
  authorizer: Record<string, string> | undefined,
): Promise<APIGatewayProxyEvent> => {
  const url = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  const body = await request.text();
  return {
    httpMethod: request.method,
    path: url.pathname,
    resource: url.pathname,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    body: body === '' ? null : body,
    isBase64Encoded: false,
    requestContext: { authorizer, requestId: 'request-1' } as unknown as APIGatewayProxyEvent['requestContext'],
  };
};
