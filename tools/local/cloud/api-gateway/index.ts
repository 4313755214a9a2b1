import type { FunctionInvoker } from '../function-invoker.ts';
import { type EdgeRequest, type EdgeResponse, lastHeader } from '../http-message.ts';
import type { ResolvedTemplate } from '../resolved-template.ts';
import { createAuthorizers } from './authorizer.ts';
import { GatewayError, gatewayResponse } from './gateway-response.ts';
import { invokeHttp } from './http-proxy.ts';
import { createInvocation, domainOf, type Invocation } from './invocation.ts';
import { invokeLambda } from './lambda-proxy.ts';
import { invokeMock } from './mock.ts';
import type { RestApi } from './model.ts';
import { readRestApis } from './read-rest-apis.ts';
import { createThrottle } from './throttle.ts';

/** Body of a request to a REST API. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Request line and header values together. */
const MAX_REQUEST_LINE_AND_HEADERS_BYTES = 10_240;

export interface ApiGatewayOptions {
  readonly functions: FunctionInvoker;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** How many times longer integrations and authorizers may take than in AWS. @default 1 */
  readonly timeLimitFactor?: number;
}

/** Answers a request, as an origin does. */
export type Origin = (request: EdgeRequest) => Promise<EdgeResponse>;

/**
 * Serves every REST API of the template. Paths begin with the stage.
 *
 * @returns the origins by `execute-api` domain
 * @throws Error naming a resource that AWS would refuse to deploy
 */
export const createApiGateway = (template: ResolvedTemplate, options: ApiGatewayOptions): Map<string, Origin> => {
  const { functions, now = Date.now, timeLimitFactor = 1 } = options;
  return new Map(readRestApis(template, timeLimitFactor).map((api) => [domainOf(api), serveApi(api, functions, now)]));
};

const serveApi = (api: RestApi, functions: FunctionInvoker, now: () => number): Origin => {
  const authorize = createAuthorizers({ functions, now });
  const takeToken = createThrottle(api, now);

  /**
   * Handles a request in the order of API Gateway.
   *
   * @throws GatewayError
   */
  const answer = async (invocation: Invocation): Promise<EdgeResponse> => {
    const { route, method, request } = invocation;
    if (!route || !method) {
      // An `Authorization` header is then taken for a signature of AWS (Signature Version 4).
      throw new GatewayError(
        lastHeader(request.headers, 'authorization') ? 'INVALID_SIGNATURE' : 'MISSING_AUTHENTICATION_TOKEN',
      );
    }
    if (!takeToken(route, method)) throw new GatewayError('THROTTLED');
    if (method.authorizer) await authorize(method.authorizer, invocation);
    switch (method.integration.type) {
      case 'AWS_PROXY':
        return invokeLambda(functions, method.integration, invocation);
      case 'HTTP_PROXY':
        return invokeHttp(method.integration, invocation);
      case 'MOCK':
        return invokeMock(method.integration, invocation);
    }
  };

  return async (incoming) => {
    const path = withoutStage(incoming.path, api.stageName);
    // Assumed: the documentation states the limit but not the response. No gateway response applies.
    if (lineAndHeaderBytes(incoming) > MAX_REQUEST_LINE_AND_HEADERS_BYTES) return tooLong();
    if (path === undefined) return forbidden();
    if (incoming.body.length > MAX_BODY_BYTES) return tooLarge();
    const invocation = createInvocation(api, { ...incoming, path }, now());
    const response = await answer(invocation).catch((error: unknown) => {
      if (error instanceof GatewayError) return gatewayResponse(invocation, error);
      throw error;
    });
    return {
      ...response,
      headers: [
        ...response.headers,
        ['x-amzn-RequestId', invocation.requestId],
        ['x-amz-apigw-id', String(invocation.context.extendedRequestId)],
      ],
    };
  };
};

const withoutStage = (path: string, stageName: string): string | undefined => {
  if (path === `/${stageName}`) return '/';
  return path.startsWith(`/${stageName}/`) ? path.slice(stageName.length + 1).replace(/^\/+/, '/') : undefined;
};

const lineAndHeaderBytes = ({ method, path, query, headers }: EdgeRequest): number =>
  Buffer.byteLength(`${method} ${path}?${query} HTTP/1.1`) +
  headers.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);

const tooLong = (): EdgeResponse => ({
  status: 431,
  headers: [['Content-Type', 'application/json']],
  body: Buffer.from('{"message":"Request Header Fields Too Large"}'),
  reason: 'request line and headers beyond 10,240 bytes',
});

/** As reported: a text, to which no gateway response applies. */
const tooLarge = (): EdgeResponse => ({
  status: 413,
  headers: [['Content-Type', 'text; charset=utf-8']],
  body: Buffer.from(`HTTP content length exceeded ${MAX_BODY_BYTES} bytes.`),
});

/** A stage that does not exist. */
const forbidden = (): EdgeResponse => ({
  status: 403,
  headers: [['Content-Type', 'application/json']],
  body: Buffer.from('{"message":"Forbidden"}'),
});
