import { bodyOf, header, lambdaProxy, type MethodFixture, request } from '../template-fixture.ts';

import { serve } from './serve.ts';

describe('MOCK', () => {
  const preflight = (
    overrides: Record<string, unknown> = {},
    parameters: Record<string, string> = {},
  ): MethodFixture => {
    const all = { 'method.response.header.Access-Control-Allow-Origin': "'*'", ...parameters };
    return {
      integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{ statusCode: 204 }' },
        IntegrationResponses: [{ StatusCode: '204', ResponseParameters: all, ...overrides }],
      },
      properties: {
        MethodResponses: [
          { StatusCode: '204', ResponseParameters: Object.fromEntries(Object.keys(all).map((name) => [name, true])) },
        ],
      },
    };
  };

  it('answers with the mapped headers', async () => {
    const { api } = serve({ 'OPTIONS /a': preflight() });
    const response = await api(request('OPTIONS', '/prod/a'));
    expect(response.status).toBe(204);
    expect(header(response, 'access-control-allow-origin')).toBe('*');
    expect(await bodyOf(response)).toBe('');
  });

  it('may set a header from the request in its response template', async () => {
    const template =
      "#set($context.responseOverride.header.Access-Control-Allow-Headers = $input.params('Access-Control-Request-Headers'))";
    const { api } = serve({ 'OPTIONS /a': preflight({ ResponseTemplates: { 'application/json': template } }) });
    const response = await api(
      request('OPTIONS', '/prod/a', { headers: [['access-control-request-headers', 'mcp-param-x']] }),
    );
    expect(header(response, 'access-control-allow-headers')).toBe('mcp-param-x');
  });

  it('answers with the content type of its template, unless a header is mapped', async () => {
    const templates = { ResponseTemplates: { 'image/svg+xml': '<svg/>' } };
    const plain = await serve({ 'OPTIONS /a': preflight(templates, {}) }).api(request('OPTIONS', '/prod/a'));
    expect([header(plain, 'content-type'), await bodyOf(plain)]).toEqual(['image/svg+xml', '<svg/>']);
    const mapped = preflight(templates, { 'method.response.header.Content-Type': "'text/plain'" });
    const { headers } = await serve({ 'OPTIONS /a': mapped }).api(request('OPTIONS', '/prod/a'));
    expect(headers.filter(([name]) => name.toLowerCase() === 'content-type')).toEqual([['Content-Type', 'text/plain']]);
  });

  it('refuses a body of another type where the passthrough behaviour demands it', async () => {
    const method = preflight();
    const { api } = serve({
      'OPTIONS /a': { ...method, integration: { ...method.integration, PassthroughBehavior: 'NEVER' } },
    });
    const response = await api(request('OPTIONS', '/prod/a', { headers: [['content-type', 'text/plain']] }));
    expect(response.status).toBe(415);
  });

  it.each<[string, MethodFixture, RegExp]>([
    [
      'a response header mapped from the request',
      preflight({}, { 'method.response.header.X': 'method.request.header.Y' }),
      /not a valid source of a response/,
    ],
    [
      'a language that is not run',
      preflight({ ResponseTemplates: { 'application/json': '#foreach($x in $y)#end' } }),
      /is not run here/,
    ],
    [
      'a function invoked by GET',
      { integration: { ...lambdaProxy('Backend'), IntegrationHttpMethod: 'GET' } },
      /by POST/,
    ],
    ['more than 29 seconds, buffered', { integration: lambdaProxy('Backend', { TimeoutInMillis: 30_000 }) }, /30000/],
    [
      'Authorization mapped on a Lambda proxy',
      {
        integration: lambdaProxy('Backend', {
          RequestParameters: { 'integration.request.header.Authorization': "'x'" },
        }),
      },
      /Authorization cannot be mapped/,
    ],
    [
      'a path parameter that the method does not declare',
      {
        integration: {
          Type: 'HTTP_PROXY',
          IntegrationHttpMethod: 'GET',
          Uri: 'http://localhost/{proxy}',
          RequestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
        },
      },
      /not declared/,
    ],
  ])('a method that AWS would not deploy stops the start: %s', (_what, method, expected) => {
    expect(() => serve({ 'OPTIONS /a': method })).toThrow(expected);
    expect(() => serve({ 'OPTIONS /a': method })).toThrow(/^Method\d+: /);
  });
});
