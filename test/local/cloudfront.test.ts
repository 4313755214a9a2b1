import { viewerRequestCode } from '../../lib/edge/viewer-request.ts';
import type { Origin } from '../../tools/local/cloud/api-gateway/index.ts';
import { createCloudFront } from '../../tools/local/cloud/cloudfront/index.ts';
import type { EdgeRequest, EdgeResponse } from '../../tools/local/cloud/http-message.ts';
import { bodyOf, header, request as plainRequest, type Resources, resolve } from './template-fixture.ts';

const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'];
const HOST = ['Host', 'localhost:4800'] as const;

const request = (method: string, target: string, init: Parameters<typeof plainRequest>[2] = {}): EdgeRequest =>
  plainRequest(method, target, { ...init, headers: [HOST, ...(init.headers ?? [])] });

const uncached = {
  TargetOriginId: 'api',
  ViewerProtocolPolicy: 'https-only',
  AllowedMethods: ALL_METHODS,
  CachePolicyId: CACHING_DISABLED,
  OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST,
  Compress: false,
};

const METADATA_CACHE: Resources = {
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

const serve = (
  origin: Origin,
  options: {
    readonly config?: Record<string, unknown>;
    readonly code?: string;
    readonly origin?: Record<string, unknown>;
  } = {},
) => {
  const association = options.code
    ? { FunctionAssociations: [{ EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['Fn', 'FunctionARN'] } }] }
    : {};
  const api = {
    Id: 'api',
    DomainName: 'api.example',
    OriginPath: '/prod',
    CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
    ...options.origin,
  };
  const resources: Resources = {
    ...METADATA_CACHE,
    ...(options.code
      ? {
          Fn: {
            Type: 'AWS::CloudFront::Function',
            Properties: { Name: 'f', FunctionCode: options.code, FunctionConfig: { Runtime: 'cloudfront-js-2.0' } },
          },
        }
      : {}),
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

const answering =
  (status = 200, headers: EdgeResponse['headers'] = [], body = 'body'): Origin =>
  async () => ({ status, headers, body: Buffer.from(body) });

const names = (incoming: EdgeRequest | undefined) => (incoming?.headers ?? []).map(([name]) => name.toLowerCase());

describe('Behaviours', () => {
  it.each([
    ['/mcp', 'mcp.example'],
    ['/mcp/', 'mcp.example'],
    ['/mcp/a/b', 'mcp.example'],
    ['/mcpx', 'api.example'],
    ['/MCP', 'api.example'],
    ['/a/../mcp', 'mcp.example'],
    ['/%6dcp', 'mcp.example'],
    ['/token', 'api.example'],
    ['/', 'api.example'],
  ])('%s goes to %s, under the origin path and as it was sent', async (path, domain) => {
    const { edge, seen } = serve(answering());
    await edge(request('GET', `${path}?a=%20&b`));
    expect(seen[0]).toMatchObject({ domain, request: { path: `/prod${path}`, query: 'a=%20&b' } });
  });

  it('a method that is not allowed is 403 at the edge', async () => {
    const { edge, seen } = serve(answering());
    expect((await edge(request('POST', '/.well-known/x'))).status).toBe(403);
    expect((await edge(request('BREW', '/token'))).status).toBe(403);
    expect(seen).toEqual([]);
  });

  it('a GET with a body is 403 at the edge', async () => {
    const { edge } = serve(answering());
    expect((await edge(request('GET', '/token', { body: 'x' }))).status).toBe(403);
  });
});

describe('What an origin gets', () => {
  it('everything but Host, without hop-by-hop headers', async () => {
    const { edge, seen } = serve(answering());
    await edge(
      request('POST', '/token', {
        headers: [
          ['Authorization', 'Bearer x'],
          ['Cookie', 'a=1'],
          ['X-Custom', '1'],
          ['X-Custom', '2'],
          ['Connection', 'keep-alive'],
          ['Keep-Alive', '5'],
          ['Transfer-Encoding', 'chunked'],
          ['X-Forwarded-Proto', 'http'],
          ['X-Amz-Cf-Forged', 'x'],
          ['X-Forwarded-For', '203.0.113.9'],
        ],
      }),
    );
    const headers = seen[0]?.request.headers ?? [];
    expect(headers).toEqual(
      expect.arrayContaining([
        ['Authorization', 'Bearer x'],
        ['Cookie', 'a=1'],
        ['X-Custom', '1'],
        ['X-Custom', '2'],
        ['Host', 'api.example'],
        ['X-Forwarded-For', '203.0.113.9, 198.51.100.7'],
      ]),
    );
    for (const gone of ['connection', 'keep-alive', 'transfer-encoding', 'x-forwarded-proto', 'x-amz-cf-forged']) {
      expect(names(seen[0]?.request)).not.toContain(gone);
    }
  });

  it('of a cached path: what is in the key, and nothing else of the viewer', async () => {
    const { edge, seen } = serve(answering());
    const headers = [
      ['Origin', 'https://a.example'],
      ['Authorization', 'Bearer x'],
      ['Cookie', 'a=1'],
    ] as const;
    await edge(request('GET', '/.well-known/x?a=1', { headers }));
    expect(names(seen[0]?.request).sort()).toEqual([
      'host',
      'origin',
      'user-agent',
      'via',
      'x-amz-cf-id',
      'x-forwarded-for',
    ]);
    expect(seen[0]?.request.query).toBe('');
  });

  it('the origin’s custom headers, which a viewer cannot overwrite', async () => {
    const { edge, seen } = serve(answering(), {
      origin: { OriginCustomHeaders: [{ HeaderName: 'X-Origin', HeaderValue: 'secret' }] },
    });
    await edge(request('GET', '/token', { headers: [['x-origin', 'forged']] }));
    expect(seen[0]?.request.headers.filter(([name]) => name.toLowerCase() === 'x-origin')).toEqual([
      ['X-Origin', 'secret'],
    ]);
  });
});

describe('The cache', () => {
  const CACHED = [['Cache-Control', 'public, max-age=60']] as const;
  const get = (path: string, origin?: string) => request('GET', path, { headers: origin ? [['Origin', origin]] : [] });

  it('keeps what Cache-Control allows, as long as it allows it', async () => {
    const { edge, seen, pass } = serve(answering(200, CACHED));
    expect(header(await edge(get('/.well-known/x')), 'x-cache')).toBe('Miss from cloudfront');
    pass(59);
    const hit = await edge(get('/.well-known/x'));
    expect([header(hit, 'x-cache'), header(hit, 'age'), await bodyOf(hit)]).toEqual([
      'Hit from cloudfront',
      '59',
      'body',
    ]);
    pass(2);
    await edge(get('/.well-known/x'));
    expect(seen).toHaveLength(2);
  });

  it('has the Origin header, and not the query, in its key', async () => {
    const { edge, seen } = serve(answering(200, CACHED));
    await edge(get('/.well-known/x', 'https://a.example'));
    await edge(get('/.well-known/x', 'https://b.example'));
    await edge(get('/.well-known/x?q', 'https://a.example'));
    expect(seen).toHaveLength(2);
  });

  it.each([
    ['no-store', 1],
    ['private, max-age=60', 1],
    ['max-age=7200', 3600],
    ['max-age=7200, s-maxage=10', 10],
  ])('%s', async (cacheControl, seconds) => {
    const { edge, seen, pass } = serve(answering(200, [['Cache-Control', cacheControl]]));
    await edge(get('/.well-known/x'));
    const kept = seconds > 1;
    pass(seconds - 1);
    await edge(get('/.well-known/x'));
    expect(seen).toHaveLength(kept ? 1 : 2);
    pass(2);
    await edge(get('/.well-known/x'));
    expect(seen).toHaveLength(kept ? 2 : 3);
  });

  it('keeps nothing of an uncached path, whatever Cache-Control says', async () => {
    const { edge, seen } = serve(answering(200, CACHED));
    await edge(get('/token'));
    await edge(get('/token'));
    expect(seen).toHaveLength(2);
  });

  it('remembers an error for ten seconds under the path alone, so that one person’s failure is shown to another', async () => {
    const { edge, seen, pass } = serve(answering(403, [], 'alice'));
    await edge(get('/callback/x?state=alice'));
    const other = await edge(get('/callback/x?state=bob'));
    expect([header(other, 'x-cache'), await bodyOf(other)]).toEqual(['Error from cloudfront', 'alice']);
    expect(seen).toHaveLength(1);
    pass(11);
    await edge(get('/callback/x?state=bob'));
    expect(seen).toHaveLength(2);
  });

  it('forgets errors at once where the distribution says TTL 0', async () => {
    const { edge, seen } = serve(answering(403), {
      config: { CustomErrorResponses: [{ ErrorCode: 403, ErrorCachingMinTTL: 0 }] },
    });
    await edge(get('/callback/x'));
    await edge(get('/callback/x'));
    expect(seen).toHaveLength(2);
  });

  it('remembers no error of a POST', async () => {
    const { edge, seen } = serve(answering(400));
    await edge(request('POST', '/token'));
    await edge(request('POST', '/token'));
    expect(seen).toHaveLength(2);
  });
});

describe('The viewer-request function', () => {
  const echo = (code: string) => serve(answering(), { code });

  it('of this repository drops forged identity headers and tells the viewer’s address', async () => {
    const { edge, seen } = echo(viewerRequestCode(['/mcp']));
    await edge(
      request('GET', '/token?b=2&a=%20&b=1', {
        headers: [
          ['X-Gatehouse-Subject', 'forged'],
          ['x-gatehouse-viewer', 'forged'],
          ['X-Other', '1'],
          ['X-Other', '2'],
          ['Cookie', 'a=1; b=2'],
        ],
      }),
    );
    const sent = seen[0]?.request;
    expect(sent?.headers.filter(([name]) => /^x-(gatehouse|other)/i.test(name))).toEqual([
      ['X-Other', '1'],
      ['X-Other', '2'],
      ['x-gatehouse-viewer', '198.51.100.7'],
    ]);
    expect(sent?.headers).toContainEqual(['Cookie', 'a=1; b=2']);
    expect(sent?.query).toBe('b=2&a=%20&b=1');
  });

  it('may answer by itself: the origin is not asked', async () => {
    const { edge, seen } = echo(viewerRequestCode(['/tools']));
    const answer = await edge(request('GET', '/tools', { headers: [['Accept', 'text/html,*/*;q=0.8']] }));
    expect([answer.status, answer.headers.find(([name]) => name === 'location')?.[1]]).toEqual([303, '/']);
    expect(seen).toEqual([]);
  });

  it.each([
    ['no status', "{ statusCode: '303' }"],
    ['a header in capitals', "{ statusCode: 303, headers: { Location: { value: '/' } } }"],
    ['a header that is CloudFront’s own', "{ statusCode: 200, headers: { via: { value: 'x' } } }"],
  ])('may not answer with %s', async (_, answer) => {
    const { edge } = echo(`function handler() { return ${answer}; }`);
    expect((await edge(request('GET', '/'))).status).toBe(502);
  });

  it('sees the event of runtime 2.0', async () => {
    const { edge } = echo('function handler(event) { return { statusCode: 200, body: JSON.stringify(event) }; }');
    const response = await edge(
      request('GET', '/a%2Fb?x=1&x=2&y', {
        headers: [
          ['X-A', '1'],
          ['x-a', '2'],
          ['Cookie', 'c=d'],
          ['X-Forwarded-Proto', 'http'],
        ],
      }),
    );
    expect(JSON.parse(await bodyOf(response))).toEqual({
      version: '1.0',
      context: {
        distributionDomainName: 'localhost:4800',
        distributionId: expect.stringMatching(/^E[A-Z0-9]+$/),
        eventType: 'viewer-request',
        requestId: expect.any(String),
      },
      viewer: { ip: '198.51.100.7' },
      request: {
        method: 'GET',
        uri: '/a%2Fb',
        headers: {
          host: { value: 'localhost:4800' },
          'x-a': { value: '1', multiValue: [{ value: '1' }, { value: '2' }] },
        },
        cookies: { c: { value: 'd' } },
        querystring: { x: { value: '1', multiValue: [{ value: '1' }, { value: '2' }] }, y: { value: '' } },
      },
    });
    expect(header(response, 'x-cache')).toBe('FunctionGeneratedResponse');
  });

  it('may change uri, query and headers', async () => {
    const { edge, seen } = echo(`async function handler(event) {
      const request = event.request;
      request.uri = '/new';
      request.querystring = { a: { value: '1' } };
      request.headers['x-new'] = { value: 'n' };
      request.cookies = { z: { value: '1' } };
      return request;
    }`);
    await edge(request('GET', '/old?b', { headers: [['Cookie', 'a=1']] }));
    expect(seen[0]?.request).toMatchObject({ path: '/prod/new', query: 'a=1' });
    expect(seen[0]?.request.headers).toEqual(
      expect.arrayContaining([
        ['x-new', 'n'],
        ['Cookie', 'z=1'],
      ]),
    );
  });

  it.each([
    ['throws', `function handler() { throw new Error('x'); }`],
    ['never ends', 'function handler() { for (;;); }'],
    ['answers nothing', 'function handler() {}'],
    [
      'changes a read-only header',
      `function handler(event) { event.request.headers.host = { value: 'x' }; return event.request; }`,
    ],
    [
      'sets a disallowed header',
      `function handler(event) { event.request.headers['x-real-ip'] = { value: 'x' }; return event.request; }`,
    ],
  ])('that %s is 502', async (_what, code) => {
    expect((await echo(code).edge(request('GET', '/'))).status).toBe(502);
  });

  // AWS refuses the function when it is published, and with it the deployment.
  it.each([
    'for (const name of Object.keys(event.request.headers)) name.trim();',
    'const { request } = event;',
    'const request = event?.request;',
    'const request = event.request ?? {};',
    'const uri = event.uri; event = { uri };',
    'event.request.uri.slice(...[1, 2]);',
    'class Request {}',
  ])('that holds what runtime 2.0 does not know is refused at the start: %s', (statement) => {
    expect(() => echo(`function handler(event) { ${statement} return event.request; }`)).toThrow(
      /^Distribution: its viewer-request function could not be published: runtime cloudfront-js-2\.0 does not know the syntax of “.+”/,
    );
  });

  it('has nothing of this process', async () => {
    const { edge } = echo(
      'function handler() { return { statusCode: 200, body: typeof process + typeof require + typeof fetch }; }',
    );
    expect(await bodyOf(await edge(request('GET', '/')))).toBe('undefinedundefinedundefined');
  });
});

describe('Limits and refusals of the edge', () => {
  it.each([
    ['evil.test', 403],
    ['evil.test:4800', 403],
    ['localhost.evil.test:4800', 403],
    ['', 403],
    ['localhost:4800', 200],
    ['LOCALHOST:4800', 200],
    ['127.0.0.1:4800', 200],
    ['[::1]:4800', 200],
  ])('#215 Host "%s" is %d', async (host, status) => {
    const { edge, seen } = serve(answering());
    expect((await edge(plainRequest('GET', '/.well-known/x', { headers: [['Host', host]] }))).status).toBe(status);
    expect(seen).toHaveLength(status === 200 ? 1 : 0);
  });

  it('a URL beyond 8,192 bytes is 414', async () => {
    const { edge } = serve(answering());
    const prefix = 'https://localhost:4800/?';
    expect((await edge(request('GET', `/?${'x'.repeat(8192 - prefix.length)}`))).status).toBe(200);
    expect((await edge(request('GET', `/?${'x'.repeat(8193 - prefix.length)}`))).status).toBe(414);
  });

  it('headers beyond 32,768 bytes are refused', async () => {
    const { edge } = serve(answering());
    expect((await edge(request('GET', '/', { headers: [['x', 'x'.repeat(32_768)]] }))).status).toBe(413);
  });

  it('an origin that is silent for longer than its response timeout is 504', async () => {
    const { edge } = serve(() => new Promise(() => {}), {
      origin: { CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginReadTimeout: 0.05 } },
    });
    expect((await edge(request('GET', '/'))).status).toBe(504);
  });

  it('a stream that falls silent is cut off', async () => {
    const silent: Origin = async () => ({
      status: 200,
      headers: [],
      body: (async function* () {
        yield Buffer.from('first');
        await new Promise(() => {});
      })(),
    });
    const { edge } = serve(silent, {
      origin: { CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginReadTimeout: 0.05 } },
    });
    await expect(bodyOf(await edge(request('GET', '/')))).rejects.toThrow(/silent/);
  });
});
