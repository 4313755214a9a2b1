import { shown, type Template, TWO_SERVERS, templateFor } from '../template.ts';
import { apiOf, methodsOf } from './api-of-template.ts';

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

describe('Protected resources', () => {
  it.each([
    ['Servermcp', '/mcp'],
    ['Servertoolsmcp', '/tools/mcp'],
  ])('%s: the authorizer checks every method but OPTIONS (#123), HEAD too', (name, path) => {
    const methods = methodsOf(template, name);
    expect(Object.keys(methods).sort()).toEqual(
      [path, `${path}/{proxy+}`]
        .flatMap((at) => ['POST', 'GET', 'DELETE', 'HEAD', 'OPTIONS'].map((one) => `${one} ${at}`))
        .sort(),
    );
    for (const [route, { Properties }] of Object.entries(methods)) {
      if (route.startsWith('OPTIONS')) {
        expect(Properties).toMatchObject({ AuthorizationType: 'NONE', Integration: { Type: 'MOCK' } });
      } else {
        expect(Properties.AuthorizationType).toBe('CUSTOM');
        const authorizer = template.resources[Properties.AuthorizerId.Ref]?.Properties;
        expect(authorizer).toMatchObject({
          Type: 'REQUEST',
          IdentitySource: 'method.request.header.Authorization',
          AuthorizerResultTtlInSeconds: 0,
          RestApiId: { Ref: apiOf(template, name) },
        });
        expect(shown(authorizer.AuthorizerUri)).toMatch(/<GatehouseAuthorizerFunction\w+\.Arn>\/invocations$/);
      }
    }
  });

  it('stream responses for up to 15 minutes', () => {
    for (const name of ['Servermcp', 'Servertoolsmcp']) {
      for (const [route, { Properties }] of Object.entries(methodsOf(template, name))) {
        if (route.startsWith('OPTIONS')) continue;
        expect(Properties.Integration).toMatchObject({ ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 });
      }
    }
  });

  it("send the method, the rest of the path and the caller's identity to an HTTP backend", () => {
    const methods = methodsOf(template, 'Servertoolsmcp');
    for (const method of ['POST', 'GET', 'DELETE', 'HEAD']) {
      const { Integration: plain } = methods[`${method} /tools/mcp`]?.Properties ?? {};
      const { Integration: rest } = methods[`${method} /tools/mcp/{proxy+}`]?.Properties ?? {};
      expect(plain).toMatchObject({
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: method,
        Uri: 'https://backend.example.com/base/',
      });
      expect(rest).toMatchObject({ Type: 'HTTP_PROXY', Uri: 'https://backend.example.com/base/{proxy}' });
      const identity = {
        'integration.request.header.X-Gatehouse-Subject': 'context.authorizer.subject',
        'integration.request.header.X-Gatehouse-Upstream-Subject': 'context.authorizer.upstreamSubject',
        'integration.request.header.X-Gatehouse-Email': 'context.authorizer.email',
        'integration.request.header.X-Gatehouse-Name': 'context.authorizer.name',
        'integration.request.header.X-Gatehouse-Scopes': 'context.authorizer.scopes',
        'integration.request.header.X-Gatehouse-Client-Id': 'context.authorizer.clientId',
        'integration.request.header.X-Gatehouse-Identity-Provider': 'context.authorizer.identityProvider',
        'integration.request.header.x-gatehouse-origin': "'-'",
      };
      expect(plain.RequestParameters).toEqual(identity);
      expect(rest.RequestParameters).toEqual({
        ...identity,
        'integration.request.path.proxy': 'method.request.path.proxy',
      });
    }
  });

  it('answer preflights for all MCP headers, including Mcp-Param-*', () => {
    for (const [route, { Properties }] of Object.entries(methodsOf(template, 'Servermcp'))) {
      if (!route.startsWith('OPTIONS')) continue;
      const [{ StatusCode, ResponseParameters: headers }] = Properties.Integration.IntegrationResponses;
      expect(StatusCode).toBe('204');
      expect(headers['method.response.header.Access-Control-Allow-Origin']).toBe(`'*'`);
      expect(headers['method.response.header.Access-Control-Allow-Methods']).toBe(`'POST, GET, DELETE, OPTIONS'`);
      // `*` covers every name but Authorization (Fetch, CORS non-wildcard request-header name).
      const allowed = headers['method.response.header.Access-Control-Allow-Headers'].slice(1, -1).split(', ');
      expect(allowed).toEqual(
        expect.arrayContaining(['*', 'Authorization', 'Mcp-Method', 'Mcp-Name', 'Last-Event-ID']),
      );
      expect(headers).not.toHaveProperty(['method.response.header.Access-Control-Allow-Credentials']);
    }
  });
});
