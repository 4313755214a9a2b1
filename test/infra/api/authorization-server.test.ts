import { shown, type Template, TWO_SERVERS, templateFor } from '../template.ts';
import { apiOf, gatewayResponsesOf, methodsOf, stageOf } from './api-of-template.ts';

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

describe('Routes of the authorization server', () => {
  const metadata = (path: string) => ['GET', 'HEAD', 'OPTIONS'].map((method) => `${method} /.well-known/${path}`);
  const SHARED = [
    ...metadata('oauth-authorization-server'),
    ...metadata('openid-configuration'),
    ...metadata('jwks.json'),
    'GET ', // the root
    'POST /register',
    'OPTIONS /register',
    ...['GET', 'PUT', 'DELETE', 'OPTIONS'].map((method) => `${method} /register/{client_id}`),
    'GET /authorize',
    'GET /connections',
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
    'POST /userinfo',
    'OPTIONS /userinfo',
    'GET /health',
  ];

  it('are exactly the listed ones, without a root document if there are several servers (RFC 9728 §3.3)', () => {
    expect(Object.keys(methodsOf(template, 'AuthorizationServer')).sort()).toEqual(
      [
        ...SHARED,
        ...metadata('oauth-protected-resource/mcp'),
        ...metadata('oauth-protected-resource/tools/mcp'),
      ].sort(),
    );
  });

  it('include the root document if there is one server', async () => {
    const single = await templateFor();
    expect(Object.keys(methodsOf(single, 'AuthorizationServer')).sort()).toEqual(
      [...SHARED, ...metadata('oauth-protected-resource'), ...metadata('oauth-protected-resource/mcp')].sort(),
    );
  });

  it('answer no preflight at pages for users: /authorize, /consent, /callback, /connections (OAuth 2.1 §3.1, #28)', () => {
    const preflights = Object.keys(methodsOf(template, 'AuthorizationServer')).filter((route) =>
      route.startsWith('OPTIONS'),
    );
    for (const route of preflights) expect(route).not.toMatch(/authorize$|consent|callback|connections/);
    expect(
      gatewayResponsesOf(template, 'AuthorizationServer').MISSING_AUTHENTICATION_TOKEN.ResponseParameters,
    ).not.toHaveProperty(['gatewayresponse.header.Access-Control-Allow-Origin']);
  });

  it('lead to one function each', () => {
    const functions = Object.entries(methodsOf(template, 'AuthorizationServer'))
      .filter(([route]) => !route.startsWith('OPTIONS'))
      .map(([route, { Properties }]) => [
        route,
        shown(Properties.Integration.Uri).match(/Endpoints(\w+)Function/)?.[1],
      ]);
    expect(Object.fromEntries(functions)).toMatchObject({
      'GET /.well-known/oauth-protected-resource/mcp': 'ProtectedResourceMetadata',
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
