import { randomBytes, randomUUID } from 'node:crypto';
import { type EdgeRequest, lastHeader, withoutHeaders } from '../http-message.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../resolved-template.ts';
import type { Method, RestApi, Route } from './model.ts';
import { decode, match } from './router.ts';

/** One request inside API Gateway, from arrival to response. */
export interface Invocation {
  readonly api: RestApi;
  /** The request without the headers that REST APIs drop. */
  readonly request: EdgeRequest;
  readonly requestId: string;
  readonly route: Route | undefined;
  readonly method: Method | undefined;
  readonly rawPathParameters: Readonly<Record<string, string>>;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The values of `context.*` and of `requestContext` in events, except those of the authorizer. */
  readonly context: Readonly<Record<string, unknown>>;
  /** The authorizer's context, set after it has answered. */
  authorizer: Readonly<Record<string, string>> | undefined;
}

/** Headers that never reach an integration or an authorizer (developer guide, "important notes"). */
const DROPPED_REQUEST_HEADERS = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'keep-alive',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
]);

const IDENTITY_KEYS = [
  'accessKey',
  'accountId',
  'caller',
  'cognitoAuthenticationProvider',
  'cognitoAuthenticationType',
  'cognitoIdentityId',
  'cognitoIdentityPoolId',
  'principalOrgId',
  'user',
  'userArn',
];

/** @param now milliseconds since the epoch */
export const createInvocation = (api: RestApi, incoming: EdgeRequest, now: number): Invocation => {
  const requestId = randomUUID();
  const headers = withoutHeaders(incoming.headers, DROPPED_REQUEST_HEADERS);
  const forwardedFor = [lastHeader(headers, 'x-forwarded-for'), incoming.sourceIp].filter(Boolean).join(', ');
  const request: EdgeRequest = {
    ...incoming,
    headers: [
      ...withoutHeaders(
        headers,
        new Set(['x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto', 'x-amzn-trace-id']),
      ),
      ['X-Amzn-Trace-Id', `Root=1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`],
      ['X-Forwarded-For', forwardedFor],
      ['X-Forwarded-Port', '443'],
      ['X-Forwarded-Proto', 'https'],
    ],
  };
  const found = match(api, request.method, request.path);
  const raw = found?.rawPathParameters ?? {};
  return {
    api,
    request,
    requestId,
    route: found?.route,
    method: found?.method,
    rawPathParameters: raw,
    pathParameters: Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, decode(value)])),
    context: {
      accountId: LOCAL_ACCOUNT_ID,
      apiId: api.id,
      deploymentId: api.deploymentId,
      domainName: domainOf(api),
      domainPrefix: api.id,
      extendedRequestId: `${randomBytes(8).toString('base64url')}=`,
      httpMethod: request.method,
      identity: {
        ...Object.fromEntries(IDENTITY_KEYS.map((key) => [key, null])),
        sourceIp: request.sourceIp,
        userAgent: lastHeader(request.headers, 'user-agent') ?? null,
      },
      path: `/${api.stageName}${request.path}`,
      protocol: 'HTTP/1.1',
      requestId,
      requestTime: requestTime(now),
      requestTimeEpoch: now,
      ...(found ? { resourceId: found.route.resourceId, resourcePath: found.route.path } : {}),
      stage: api.stageName,
    },
    authorizer: undefined,
  };
};

export const domainOf = (api: RestApi): string => `${api.id}.execute-api.${LOCAL_REGION}.amazonaws.com`;

/** ARN of the request: method and path as they were sent. */
export const methodArn = ({ api, request }: Invocation): string =>
  `${apiArn(api)}/${api.stageName}/${request.method}/${request.path.replace(/^\//, '')}`;

/** ARN to which the `AWS::Lambda::Permission` of an integration refers: method and resource path. */
export const integrationArn = ({ api, method, route }: Invocation): string =>
  `${apiArn(api)}/${api.stageName}/${method?.httpMethod === 'ANY' ? '*' : method?.httpMethod}${(route?.path ?? '').replaceAll(/\{[^}]*\}/g, '*')}`;

export const authorizerArn = (api: RestApi, authorizerId: string): string =>
  `${apiArn(api)}/authorizers/${authorizerId}`;

const apiArn = (api: RestApi): string => `arn:aws:execute-api:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${api.id}`;

/** Such as `09/Apr/2026:12:34:56 +0000`. */
const requestTime = (now: number): string => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(new Date(now).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
};
