import type { Origin } from '../../../tools/local/cloud/api-gateway/index.ts';
import { createCloudFront } from '../../../tools/local/cloud/cloudfront/index.ts';
import type { EdgeRequest, EdgeResponse } from '../../../tools/local/cloud/http-message.ts';
import { request as plainRequest, type Resources, resolve } from '../template-fixture.ts';

export const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
export const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
export const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'];
export const HOST = ['Host', 'localhost:4800'] as const;

export const request = (method: string, target: string, init: Parameters<typeof plainRequest>[2] = {}): EdgeRequest =>
  plainRequest(method, target, { ...init, headers: [HOST, ...(init.headers ?? [])] });

export const uncached = {
  TargetOriginId: 'api',
  ViewerProtocolPolicy: 'https-only',
  AllowedMethods: ALL_METHODS,
  CachePolicyId: CACHING_DISABLED,
  OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST,
  Compress: false,
};

export const METADATA_CACHE: Resources = {
  Metadata: {
    Type: 'AWS::CloudFront::CachePolicy',
    Properties: {
      CachePolicyConfig: {
        Name: 'm',
        MinTTL: 0,
        DefaultTTL: 0,
        MaxTTL: 3600,
        ParametersInCacheKeyAndForwardedToOrigin: {
          CookiesConfig: { CookieBehavior: 'none' },
          HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Origin'] },
          QueryStringsConfig: { QueryStringBehavior: 'none' },
          EnableAcceptEncodingGzip: false,
        },
      },
    },
  },
};

export const serve = (
  origin: Origin,
  options: {
    readonly config?: Record<string, unknown>;
    readonly code?: string;
    /** Source of the viewer-response function of the default behaviour. */
    readonly responseCode?: string;
    /** Source of the origin-response function (Lambda@Edge) of the default behaviour. */
    readonly originResponseCode?: string;
    readonly origin?: Record<string, unknown>;
  } = {},
) => {
  const functions: [id: string, eventType: string, code: string | undefined][] = [
    ['Fn', 'viewer-request', options.code],
    ['ResponseFn', 'viewer-response', options.responseCode],
  ];
  const associations = functions.flatMap(([id, EventType, code]) =>
    code === undefined ? [] : [{ EventType, FunctionARN: { 'Fn::GetAtt': [id, 'FunctionARN'] } }],
  );
  const { originResponseCode: ZipFile } = options;
  const association = {
    ...(associations.length > 0 ? { FunctionAssociations: associations } : {}),
    ...(ZipFile === undefined
      ? {}
      : { LambdaFunctionAssociations: [{ EventType: 'origin-response', LambdaFunctionARN: { Ref: 'Version' } }] }),
  };
  const api = {
    Id: 'api',
    DomainName: 'api.example',
    OriginPath: '/prod',
    CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
    ...options.origin,
  };
  const resources: Resources = {
    ...METADATA_CACHE,
    ...(ZipFile === undefined
      ? {}
      : {
          Edge: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile }, Handler: 'index.handler' } },
          Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Edge' } } },
        }),
    ...Object.fromEntries(
      functions.flatMap(([id, , FunctionCode]) => {
        const Properties = { Name: id, FunctionCode, FunctionConfig: { Runtime: 'cloudfront-js-2.0' } };
        return FunctionCode === undefined ? [] : [[id, { Type: 'AWS::CloudFront::Function', Properties }]];
      }),
    ),
    Distribution: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          Enabled: true,
          Origins: [api, { ...api, Id: 'mcp', DomainName: 'mcp.example' }],
          DefaultCacheBehavior: { ...uncached, ...association },
          CacheBehaviors: [
            {
              ...uncached,
              PathPattern: '/.well-known/*',
              AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
              CachePolicyId: { Ref: 'Metadata' },
              OriginRequestPolicyId: { Ref: 'AWS::NoValue' },
            },
            { ...uncached, PathPattern: '/mcp', TargetOriginId: 'mcp' },
            { ...uncached, PathPattern: '/mcp/*', TargetOriginId: 'mcp' },
          ],
          ...options.config,
        },
      },
    },
  };
  let now = 0;
  const seen: { domain: string; request: EdgeRequest }[] = [];
  const origins = new Map(
    ['api.example', 'mcp.example'].map((domain): [string, Origin] => [
      domain,
      (incoming) => {
        seen.push({ domain, request: incoming });
        return origin(incoming);
      },
    ]),
  );
  const edge = createCloudFront(resolve(resources), { domainName: 'localhost:4800', origins, now: () => now });
  return { edge, seen, pass: (seconds: number) => (now += seconds * 1000) };
};

export const answering =
  (status = 200, headers: EdgeResponse['headers'] = [], body = 'body'): Origin =>
  async () => ({ status, headers, body: Buffer.from(body) });

export const names = (incoming: EdgeRequest | undefined) =>
  (incoming?.headers ?? []).map(([name]) => name.toLowerCase());
