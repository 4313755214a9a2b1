import { any, type Check, list, object, oneOf } from './shape.ts';

/** AWS-managed policies that the local edge knows, by id. */
export const MANAGED_CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
export const MANAGED_ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

const behaviour = {
  TargetOriginId: any,
  ViewerProtocolPolicy: oneOf('https-only', 'redirect-to-https'),
  AllowedMethods: any,
  CachedMethods: any,
  CachePolicyId: any,
  OriginRequestPolicyId: any,
  ResponseHeadersPolicyId: any,
  FunctionAssociations: list(object({ EventType: oneOf('viewer-request', 'viewer-response'), FunctionARN: any })),
  LambdaFunctionAssociations: list(object({ EventType: oneOf('origin-response'), LambdaFunctionARN: any })),
  Compress: oneOf(false),
};

const valueList = (behaviourName: string, listName: string, ...known: string[]): Check =>
  object({ [behaviourName]: oneOf(...known), [listName]: any });

export const cloudFrontShapes: Record<string, Check> = {
  'AWS::CloudFront::Distribution': object({
    Tags: any,
    DistributionConfig: object({
      Aliases: any,
      Comment: any,
      Enabled: oneOf(true),
      HttpVersion: any,
      IPV6Enabled: any,
      Logging: any,
      PriceClass: any,
      ViewerCertificate: any,
      WebACLId: any,
      DefaultCacheBehavior: object(behaviour),
      CacheBehaviors: list(object({ ...behaviour, PathPattern: any })),
      CustomErrorResponses: list(object({ ErrorCode: any, ErrorCachingMinTTL: any })),
      Origins: list(
        object({
          Id: any,
          DomainName: any,
          OriginPath: any,
          ConnectionAttempts: any,
          ConnectionTimeout: any,
          OriginCustomHeaders: list(object({ HeaderName: any, HeaderValue: any })),
          CustomOriginConfig: object({
            OriginProtocolPolicy: oneOf('https-only'),
            OriginSSLProtocols: any,
            OriginReadTimeout: any,
            OriginKeepaliveTimeout: any,
            HTTPSPort: any,
            HTTPPort: any,
          }),
        }),
      ),
    }),
  }),
  'AWS::CloudFront::CachePolicy': object({
    CachePolicyConfig: object({
      Name: any,
      Comment: any,
      DefaultTTL: any,
      MinTTL: any,
      MaxTTL: any,
      ParametersInCacheKeyAndForwardedToOrigin: object({
        CookiesConfig: valueList('CookieBehavior', 'Cookies', 'none'),
        HeadersConfig: valueList('HeaderBehavior', 'Headers', 'none', 'whitelist'),
        QueryStringsConfig: valueList('QueryStringBehavior', 'QueryStrings', 'none', 'all'),
        EnableAcceptEncodingBrotli: any,
        EnableAcceptEncodingGzip: any,
      }),
    }),
  }),
  'AWS::CloudFront::OriginRequestPolicy': object({
    OriginRequestPolicyConfig: object({
      Name: any,
      Comment: any,
      CookiesConfig: valueList('CookieBehavior', 'Cookies', 'none', 'all'),
      HeadersConfig: valueList('HeaderBehavior', 'Headers', 'none', 'whitelist', 'allViewer', 'allExcept'),
      QueryStringsConfig: valueList('QueryStringBehavior', 'QueryStrings', 'none', 'all'),
    }),
  }),
  'AWS::CloudFront::ResponseHeadersPolicy': object({
    ResponseHeadersPolicyConfig: object({
      Name: any,
      Comment: any,
      RemoveHeadersConfig: object({ Items: list(object({ Header: any })) }),
      CorsConfig: object({
        AccessControlAllowCredentials: oneOf(false),
        AccessControlAllowHeaders: object({ Items: any }),
        AccessControlAllowMethods: object({ Items: any }),
        AccessControlAllowOrigins: object({ Items: list(oneOf('*')) }),
        AccessControlExposeHeaders: object({ Items: any }),
        AccessControlMaxAgeSec: any,
        // AWS documents only `false` precisely: any CORS header of the origin replaces all headers of the policy.
        OriginOverride: oneOf(false),
      }),
    }),
  }),
  'AWS::CloudFront::Function': object({
    Name: any,
    AutoPublish: any,
    FunctionCode: any,
    FunctionConfig: object({ Comment: any, Runtime: oneOf('cloudfront-js-2.0') }),
  }),
};
