import { runInNewContext } from 'node:vm';
import { viewerRequestCode } from '../../lib/edge/viewer-request.ts';
import { shown, type Template, type TemplateResource, TWO_SERVERS, templateFor } from './template.ts';

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
  it('chooses the API by path, the more specific one first', () => {
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

  it('refers to APIs by id and literal stage name: no cycle through the stage', () => {
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

  it('caches metadata alone, by Origin, as long as Cache-Control says', () => {
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

  it('speaks https only, compresses nothing, and lets the viewer-request function see every request', () => {
    const [[functionId] = []] = template.ofType('AWS::CloudFront::Function');
    for (const behavior of [distribution.DefaultCacheBehavior, ...distribution.CacheBehaviors]) {
      expect(behavior).toMatchObject({
        ViewerProtocolPolicy: 'https-only',
        Compress: false,
        FunctionAssociations: [
          { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': [functionId, 'FunctionARN'] } },
        ],
      });
    }
  });

  it('lets scripts read the answers of MCP servers, without a word where the origin has its own', () => {
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

  it('names with its region what has one name in the whole account, so that another region can have it too', () => {
    const named = ['CachePolicy', 'OriginRequestPolicy', 'ResponseHeadersPolicy', 'Function'].flatMap((type) =>
      template
        .ofType(`AWS::CloudFront::${type}`)
        .map(([, { Properties }]) => shown((Properties[`${type}Config`]?.Name ?? Properties.Name) as unknown)),
    );
    expect(named).toHaveLength(3);
    for (const name of named) {
      expect(name).toContain('<AWS::Region>');
      expect(name.replace('<AWS::Region>', 'ap-southeast-2').length).toBeLessThanOrEqual(
        name.includes('Viewer') ? 64 : 128,
      );
    }
  });

  it('remembers no error', () => {
    expect(distribution.CustomErrorResponses).toEqual(
      [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((ErrorCode) => ({
        ErrorCode,
        ErrorCachingMinTTL: 0,
      })),
    );
  });

  it('writes no log with query strings in it', () => {
    expect(distribution.Logging).toBeUndefined();
  });
});

describe('Viewer request', () => {
  type Request = { uri: string; headers: Record<string, { value: string }> };
  const handle = (request: Request): Request =>
    runInNewContext(`${viewerRequestCode(['/mcp', '/tools/mcp'])}; handler(event)`, {
      event: { request, viewer: { ip: '203.0.113.7' } },
    });

  it('drops every x-gatehouse header from outside, as CGI reads names too, and says who the viewer is', () => {
    const { headers } = handle({
      uri: '/mcp',
      headers: {
        'x-gatehouse-subject': { value: 'forged' },
        'X-Gatehouse-Email': { value: 'forged' },
        x_gatehouse_name: { value: 'forged' },
        'x-gatehouse_scopes': { value: 'forged' },
        'X.Gatehouse.Client~Id': { value: 'forged' },
        'x-gatehouse-viewer': { value: '198.51.100.1' },
        'x-gatehouses': { value: 'of another' },
        authorization: { value: 'Bearer token' },
      },
    });
    expect(headers).toEqual({
      'x-gatehouses': { value: 'of another' },
      authorization: { value: 'Bearer token' },
      'x-gatehouse-viewer': { value: '203.0.113.7' },
    });
  });

  it.each([
    ['/mcp/', '/mcp'],
    ['/tools/mcp/', '/tools/mcp'],
    ['/mcp', '/mcp'],
    ['/mcp/a/', '/mcp/a/'],
    ['/mcp//', '/mcp//'],
    ['/', '/'],
    ['/authorize/', '/authorize/'],
  ])('%s is %s', (asked, served) => {
    expect(handle({ uri: asked, headers: {} }).uri).toBe(served);
  });

  it.each([
    '/mcp/..',
    '/mcp/../authorize',
    '/mcp/./x',
    '/mcp/%2e%2E/x',
    '/mcp/.%2e',
    '/mcp/%2e%2e%2fx',
    '/mcp/a%2Fb',
    '/mcp/a%5Cb',
    '/mcp/a\\b',
    '/mcp/..;/x',
    '/mcp/..%3bv=1/x',
    '/mcp/%252e%25252e/x',
    '/mcp/a%252fb',
    '/x/../mcp',
    '/%6dcp/..%2fx',
  ])('#212 %s may climb, and is nothing', (uri) => {
    expect(handle({ uri, headers: {} })).toEqual({
      statusCode: 404,
      statusDescription: 'Not Found',
      headers: { 'content-type': { value: 'application/json' }, 'cache-control': { value: 'no-store' } },
      body: expect.stringContaining('"error":"not_found"'),
    });
  });

  it.each([
    '/mcp/.well-known/x',
    '/mcp/...',
    '/mcp/a..b/..c/d..',
    '/mcp/%2ehidden',
    '/mcp/100%25/%2520',
    '/mcp/a;v=1',
    '/mcp/%3b..a',
    '/callback/company',
  ])('%s stays as it is', (uri) => {
    expect(handle({ uri, headers: {} }).uri).toBe(uri);
  });

  describe('of a page', () => {
    const CHROME = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
    const visit = (headers: Record<string, string> = {}, request: Partial<Request> & { method?: string } = {}) =>
      handle({
        uri: '/mcp',
        method: 'GET',
        headers: Object.fromEntries(
          Object.entries({ accept: CHROME, ...headers }).map(([name, value]) => [name, { value }]),
        ),
        ...request,
      } as Request);

    it.each(['/mcp', '/mcp/', '/tools/mcp'])('leads whoever opens %s to the page about it', (uri) => {
      expect(visit({}, { uri })).toEqual({
        statusCode: 303,
        statusDescription: 'See Other',
        headers: { location: { value: '/' }, 'cache-control': { value: 'no-store' } },
      });
    });

    it.each<[string, Record<string, string>, object]>([
      ['a token', { authorization: 'Bearer x' }, {}],
      ['any credentials', { authorization: 'Basic eDp5' }, {}],
      ['POST', {}, { method: 'POST' }],
      ['DELETE', {}, { method: 'DELETE' }],
      ['HEAD', {}, { method: 'HEAD' }],
      ['a stream', { accept: 'text/event-stream' }, {}],
      ['JSON and a stream', { accept: 'application/json, text/event-stream' }, {}],
      ['HTML and a stream', { accept: 'text/html, text/event-stream' }, {}],
      ['anything', { accept: '*/*' }, {}],
      ['JSON', { accept: 'application/json' }, {}],
      ['two Accept headers', {}, { headers: { accept: { value: CHROME, multiValue: [{ value: CHROME }] } } }],
      ['nothing in particular', {}, { headers: {} }],
      ['a path below', {}, { uri: '/mcp/x' }],
      ['another path', {}, { uri: '/authorize' }],
      ['the page itself', {}, { uri: '/' }],
    ])('lets pass whoever sends %s', (_, headers, request) => {
      expect(visit(headers, request)).not.toHaveProperty('statusCode');
    });
  });

  it('is what the template carries, for the runtime it was written for', () => {
    expect(template.ofType('AWS::CloudFront::Function')[0]?.[1].Properties).toMatchObject({
      FunctionCode: viewerRequestCode(['/mcp', '/tools/mcp']),
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
      AutoPublish: true,
    });
  });
});
