import type { ConfigurationInput } from '../../../lib/config/configuration.ts';
import { OPENAPI } from '../../../tools/clients/scanners/openapi/index.ts';
import { shown, type Template, TWO_SERVERS, templateFor } from '../template.ts';
import { apiOf, gatewayResponsesOf, methodsOf, stageOf } from './api-of-template.ts';

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

/** The two servers, one of them under another path. */
const renamed = (from: string, to: string): ConfigurationInput => {
  const { [from]: server, ...others } = TWO_SERVERS.servers;
  return { ...TWO_SERVERS, servers: server ? { ...others, [to]: server } : others };
};

/** CloudFormation deletes and creates a resource whose logical id changes, so they must stay as well. */
const methodIdsOf = (of: Template): string[] =>
  of
    .ofType('AWS::ApiGateway::Method')
    .filter(([, { Properties }]) => Properties.RestApiId.Ref === apiOf(of, 'AuthorizationServer'))
    .map(([logicalId]) => logicalId)
    .sort();

describe('Routes of the authorization server', () => {
  const metadata = (path: string) => ['GET', 'HEAD', 'OPTIONS'].map((method) => `${method} /.well-known/${path}`);
  const ROUTES = [
    ...metadata('oauth-authorization-server'),
    ...metadata('openid-configuration'),
    ...metadata('jwks.json'),
    ...metadata('oauth-protected-resource'),
    ...metadata('oauth-protected-resource/{proxy+}'),
    'GET ', // the root
    'HEAD ',
    'POST /register',
    'OPTIONS /register',
    ...['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'].map((method) => `${method} /register/{client_id}`),
    'GET /authorize',
    'HEAD /authorize',
    'GET /connections',
    'HEAD /connections',
    'POST /connections',
    'POST /consent',
    'GET /callback/{idp}',
    'POST /token',
    'OPTIONS /token',
    'POST /revoke',
    'OPTIONS /revoke',
    'POST /introspect',
    'OPTIONS /introspect',
    'GET /userinfo',
    'HEAD /userinfo',
    'POST /userinfo',
    'OPTIONS /userinfo',
    'GET /health',
    'HEAD /health',
    'GET /logo.svg',
    'HEAD /logo.svg',
  ];

  it('are exactly the listed ones', () => {
    expect(Object.keys(methodsOf(template, 'AuthorizationServer')).sort()).toEqual([...ROUTES].sort());
  });

  it('are those of the OpenAPI description, apart from HEAD and OPTIONS', () => {
    const described = Object.entries(OPENAPI.paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((name) => name !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path === '/' ? '' : path.replace('{server}', '{proxy+}')}`),
    );
    expect(described.sort()).toEqual(ROUTES.filter((route) => !/^(HEAD|OPTIONS) /.test(route)).sort());
  });

  it('A18 (RFC 9110 §9.3.2): HEAD is answered wherever GET is, except where it would use up a login', () => {
    const methods = methodsOf(template, 'AuthorizationServer');
    const targetOf = (route: string) => methods[route]?.Properties.Integration;
    const without = Object.keys(methods).filter(
      (route) => route.startsWith('GET ') && !(route.replace('GET', 'HEAD') in methods),
    );
    expect(without).toEqual(['GET /callback/{idp}']);
    for (const route of Object.keys(methods).filter((name) => name.startsWith('HEAD '))) {
      expect(targetOf(route)).toEqual(targetOf(route.replace('HEAD', 'GET')));
    }
  });

  it.each<[string, Partial<ConfigurationInput>]>([
    ['one server', {}],
    ['a renamed server', renamed('/tools/mcp', '/wiki/mcp')],
    ['a logo', { theme: { logo: 'tools/screenshots/example-logo.svg' } }],
    ['every option', { firewall: false, rememberConsent: true, clientDocuments: { advertise: false } }],
  ])('B1: no deployment removes a route: %s has the same ones as two servers', async (_, overlay) => {
    const other = await templateFor(overlay);
    expect(methodIdsOf(other)).toEqual(methodIdsOf(template));
    expect(Object.keys(methodsOf(other, 'AuthorizationServer')).sort()).toEqual([...ROUTES].sort());
  });

  it('answer no preflight at pages for users: /authorize, /consent, /callback, /connections (OAuth 2.1 §3.1, #28)', () => {
    const preflights = Object.keys(methodsOf(template, 'AuthorizationServer')).filter((route) =>
      route.startsWith('OPTIONS'),
    );
    for (const route of preflights) expect(route).not.toMatch(/authorize$|consent|callback|connections/);
    // Scripts may read the 404, but a preflight needs a status of success and the allowed headers (Fetch §4.8).
    const { StatusCode, ResponseParameters } = gatewayResponsesOf(
      template,
      'AuthorizationServer',
    ).MISSING_AUTHENTICATION_TOKEN;
    expect(StatusCode).toBe('404');
    expect(Object.keys(ResponseParameters).join()).not.toMatch(/Access-Control-Allow-(Methods|Headers|Credentials)/i);
  });

  it('lead to one function each', () => {
    const functions = Object.entries(methodsOf(template, 'AuthorizationServer'))
      .filter(([route]) => !route.startsWith('OPTIONS'))
      .map(([route, { Properties }]) => [
        route,
        shown(Properties.Integration.Uri).match(/Endpoints(\w+)Function/)?.[1],
      ]);
    expect(Object.fromEntries(functions)).toMatchObject({
      'GET /.well-known/oauth-protected-resource': 'ProtectedResourceMetadata',
      'GET /.well-known/oauth-protected-resource/{proxy+}': 'ProtectedResourceMetadata',
      'GET /.well-known/oauth-authorization-server': 'AuthorizationServerMetadata',
      'GET /.well-known/openid-configuration': 'AuthorizationServerMetadata',
      'GET /.well-known/jwks.json': 'Jwks',
      'GET ': 'Welcome',
      'POST /register': 'Register',
      'GET /register/{client_id}': 'ClientConfiguration',
      'PUT /register/{client_id}': 'ClientConfiguration',
      'DELETE /register/{client_id}': 'ClientConfiguration',
      'GET /authorize': 'Authorize',
      'GET /connections': 'Connections',
      'POST /connections': 'Connections',
      'POST /consent': 'Consent',
      'GET /callback/{idp}': 'Callback',
      'POST /token': 'Token',
      'POST /revoke': 'Revoke',
      'POST /introspect': 'Introspect',
      'GET /userinfo': 'Userinfo',
      'POST /userinfo': 'Userinfo',
      'GET /health': 'Health',
      'HEAD /health': 'Health',
    });
  });

  it('are throttled separately', () => {
    const stage = stageOf(template, apiOf(template, 'AuthorizationServer')).Properties;
    for (const route of Object.keys(methodsOf(template, 'AuthorizationServer'))) {
      const [method, path] = route.split(' ');
      if (method === 'OPTIONS') continue;
      expect(stage.MethodSettings).toContainEqual(
        expect.objectContaining({
          HttpMethod: method,
          ResourcePath: `/${path?.replaceAll('/', '~1')}`,
          ThrottlingRateLimit: expect.any(Number),
          ThrottlingBurstLimit: expect.any(Number),
        }),
      );
    }
    expect(stage.MethodSettings[0]).toMatchObject({ HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 100 });
  });
});
