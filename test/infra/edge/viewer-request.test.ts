import { runInNewContext } from 'node:vm';
import { viewerRequestCode } from '../../../lib/edge/viewer-request.ts';
import { TWO_SERVERS, templateFor } from '../template.ts';

describe('Viewer request', () => {
  type Request = { uri: string; headers: Record<string, { value: string }> };
  const SERVERS = [
    { path: '/mcp', needsRawQuery: true },
    { path: '/tools/mcp', needsRawQuery: false },
    { path: '/mcp/inner', needsRawQuery: false },
  ];
  const handle = (request: Request & { method?: string }, query?: string): Request =>
    runInNewContext(`${viewerRequestCode(SERVERS)}; handler(event)`, {
      event: { request: { cookies: {}, ...request, rawQueryString: () => query }, viewer: { ip: '203.0.113.7' } },
    });

  it.each<[string, string, string | undefined, string | undefined]>([
    ['POST', '/mcp', '?flag', '?flag'],
    ['POST', '/mcp/', ';b=c&a=%41', ';b=c&a=%41'],
    ['DELETE', '/mcp/x', 'a', 'a'],
    ['POST', '/mcp', undefined, undefined],
    ['POST', '/mcp', '', undefined],
    ['GET', '/mcp', 'flag', undefined],
    ['POST', '/mcp/inner/x', 'flag', undefined],
    ['POST', '/tools/mcp', 'flag', undefined],
    ['POST', '/token', 'flag', undefined],
  ])('A36: %s %s sends the query %j to an inspector as it is: %j', (method, uri, query, sent) => {
    const { headers } = handle({ method, uri, headers: { 'x-gatehouse-query': { value: 'forged' } } }, query);
    expect(headers['x-gatehouse-query']?.value).toBe(sent);
  });

  it("drops every x-gatehouse header of the caller, in CGI spellings too, and sets the viewer's address", () => {
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
  ])('%s is served as %s', (asked, served) => {
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
  ])("#212 answers 404 to %s, which may climb out of the backend's URL", (uri) => {
    expect(handle({ uri, headers: {} })).toEqual({
      statusCode: 404,
      statusDescription: 'Not Found',
      headers: {
        'content-type': { value: 'application/json' },
        'cache-control': { value: 'no-store' },
        'access-control-allow-origin': { value: '*' },
      },
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
  ])('does not change %s', (uri) => {
    expect(handle({ uri, headers: {} }).uri).toBe(uri);
  });

  describe('for a browser', () => {
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

    it.each(['/mcp', '/mcp/', '/tools/mcp'])('redirects a browser that opens %s to the welcome page', (uri) => {
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
    ])('does not redirect a request with %s', (_, headers, request) => {
      expect(visit(headers, request)).not.toHaveProperty('statusCode');
    });
  });

  it('is the code in the template, for the runtime cloudfront-js-2.0', async () => {
    const template = await templateFor(TWO_SERVERS);
    expect(template.ofType('AWS::CloudFront::Function')[0]?.[1].Properties).toMatchObject({
      FunctionCode: viewerRequestCode([
        { path: '/mcp', needsRawQuery: false },
        { path: '/tools/mcp', needsRawQuery: false },
      ]),
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
      AutoPublish: true,
    });
  });
});
