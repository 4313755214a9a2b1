import { shown, type Template, type TemplateResource, TWO_SERVERS, templateFor } from '../template.ts';

const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

let template: Template;
let distribution: TemplateResource['Properties'];
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
  distribution = template.ofType('AWS::CloudFront::Distribution')[0]?.[1].Properties.DistributionConfig;
});

const apiOf = (behavior: { TargetOriginId: string }): string => {
  const origin = distribution.Origins.find(({ Id }: { Id: string }) => Id === behavior.TargetOriginId);
  return shown(origin.DomainName).match(/^<Gatehouse(\w+?)Api[0-9A-F]{8}>\.execute-api\./)?.[1] ?? '';
};

describe('CloudFront', () => {
  it('chooses the API by path, and tries the more specific path first', () => {
    expect(
      distribution.CacheBehaviors.map((behavior: { PathPattern: string; TargetOriginId: string }) => [
        behavior.PathPattern,
        apiOf(behavior),
      ]),
    ).toEqual([
      ['/.well-known/*', 'AuthorizationServer'],
      ['/tools/mcp', 'Servertoolsmcp'],
      ['/tools/mcp/*', 'Servertoolsmcp'],
      ['/mcp', 'Servermcp'],
      ['/mcp/*', 'Servermcp'],
    ]);
    expect(apiOf(distribution.DefaultCacheBehavior)).toBe('AuthorizationServer');
  });

  it('refers to each API by id and literal stage name, which avoids a cycle', () => {
    for (const origin of distribution.Origins) {
      expect(shown(origin.DomainName)).toMatch(/^<\w+>\.execute-api\.<AWS::Region>\.<AWS::URLSuffix>$/);
      expect(origin.OriginPath).toBe('/prod');
      expect(origin.CustomOriginConfig).toMatchObject({
        OriginProtocolPolicy: 'https-only',
        OriginSSLProtocols: ['TLSv1.2'],
        OriginReadTimeout: 120,
      });
    }
  });

  it('caches only metadata, separately for each Origin, as long as Cache-Control says', () => {
    const [metadata] = distribution.CacheBehaviors;
    expect(metadata.AllowedMethods).toEqual(['GET', 'HEAD', 'OPTIONS']);
    expect(metadata.CachedMethods ?? ['GET', 'HEAD']).toEqual(['GET', 'HEAD']);
    expect(template.resources[metadata.CachePolicyId.Ref]?.Properties.CachePolicyConfig).toMatchObject({
      MinTTL: 0,
      DefaultTTL: 0,
      MaxTTL: 3600,
      ParametersInCacheKeyAndForwardedToOrigin: {
        HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Origin'] },
        QueryStringsConfig: { QueryStringBehavior: 'none' },
        CookiesConfig: { CookieBehavior: 'none' },
      },
    });
    for (const behavior of [distribution.DefaultCacheBehavior, ...distribution.CacheBehaviors.slice(1)]) {
      expect(behavior).toMatchObject({
        CachePolicyId: CACHING_DISABLED,
        OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
      });
      expect(behavior.AllowedMethods).toEqual(expect.arrayContaining(['POST', 'DELETE', 'OPTIONS']));
    }
  });

  it('accepts only https, compresses nothing, and passes every request to the viewer-request function', () => {
    const [[functionId] = [], [responseId] = []] = template.ofType('AWS::CloudFront::Function');
    const [, ...servers] = distribution.CacheBehaviors;
    for (const behavior of [distribution.DefaultCacheBehavior, ...distribution.CacheBehaviors]) {
      expect(behavior).toMatchObject({
        ViewerProtocolPolicy: 'https-only',
        Compress: false,
        FunctionAssociations: [
          { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': [functionId, 'FunctionARN'] } },
          // A7: only MCP servers, whose redirects a client must not follow.
          ...(servers.includes(behavior)
            ? [{ EventType: 'viewer-response', FunctionARN: { 'Fn::GetAtt': [responseId, 'FunctionARN'] } }]
            : []),
        ],
      });
    }
  });

  it('adds CORS headers to responses of MCP servers, unless the server sends its own', () => {
    const [metadata, ...servers] = distribution.CacheBehaviors;
    for (const behavior of [metadata, distribution.DefaultCacheBehavior]) {
      expect(behavior).not.toHaveProperty('ResponseHeadersPolicyId');
    }
    for (const behavior of servers) {
      const policy = template.resources[behavior.ResponseHeadersPolicyId.Ref];
      expect(policy?.Properties.ResponseHeadersPolicyConfig.CorsConfig).toEqual({
        AccessControlAllowCredentials: false,
        AccessControlAllowHeaders: { Items: ['*'] },
        AccessControlAllowMethods: { Items: ['POST', 'GET', 'DELETE', 'OPTIONS'] },
        AccessControlAllowOrigins: { Items: ['*'] },
        AccessControlExposeHeaders: {
          Items: ['WWW-Authenticate', 'Retry-After', 'Mcp-Session-Id', 'MCP-Protocol-Version'],
        },
        OriginOverride: false,
      });
    }
  });

  it('A8: removes the cookies of MCP servers, which would belong to the origin of the issuer', () => {
    const [, ...servers] = distribution.CacheBehaviors;
    for (const behavior of servers) {
      const policy = template.resources[behavior.ResponseHeadersPolicyId.Ref];
      expect(policy?.Properties.ResponseHeadersPolicyConfig.RemoveHeadersConfig).toEqual({
        Items: [{ Header: 'Set-Cookie' }],
      });
    }
    expect(distribution.DefaultCacheBehavior).not.toHaveProperty('ResponseHeadersPolicyId');
  });

  it('puts the region into names that must be unique in the account', () => {
    const named = ['CachePolicy', 'OriginRequestPolicy', 'ResponseHeadersPolicy', 'Function'].flatMap((type) =>
      template
        .ofType(`AWS::CloudFront::${type}`)
        .map(([, { Properties }]) => shown((Properties[`${type}Config`]?.Name ?? Properties.Name) as unknown)),
    );
    expect(named).toHaveLength(4);
    for (const name of named) {
      expect(name).toContain('<AWS::Region>');
      expect(name.replace('<AWS::Region>', 'ap-southeast-2').length).toBeLessThanOrEqual(
        name.includes('Viewer') ? 64 : 128,
      );
    }
  });

  it('caches no error', () => {
    expect(distribution.CustomErrorResponses).toEqual(
      [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((ErrorCode) => ({
        ErrorCode,
        ErrorCachingMinTTL: 0,
      })),
    );
  });

  it('writes no log with query strings', () => {
    expect(distribution.Logging).toBeUndefined();
  });
});
