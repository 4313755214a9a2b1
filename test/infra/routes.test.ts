import { shown, type Template, type TemplateResource, TWO_SERVERS, templateFor } from './template.ts';

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

const apiIds = (of = template) => of.ofType('AWS::ApiGateway::RestApi').map(([logicalId]) => logicalId);
const apiOf = (name: string, of = template): string => {
  const [found, ...others] = apiIds(of).filter((logicalId) => logicalId.startsWith(`Gatehouse${name}`));
  if (!found || others.length > 0) throw new Error(`expected one API ${name}`);
  return found;
};

const pathOf = (resource: unknown, of: Template): string => {
  const text = shown(resource);
  if (text.endsWith('.RootResourceId>')) return '';
  const found = of.resources[text.slice(1, -1)];
  return `${pathOf(found?.Properties.ParentId, of)}/${found?.Properties.PathPart}`;
};

/** `METHOD /path` → method, of one API. */
const methodsOf = (api: string, of = template): Record<string, TemplateResource> =>
  Object.fromEntries(
    of
      .ofType('AWS::ApiGateway::Method')
      .filter(([, { Properties }]) => Properties.RestApiId.Ref === api)
      .map(([, method]) => [`${method.Properties.HttpMethod} ${pathOf(method.Properties.ResourceId, of)}`, method]),
  );

const answersOf = (api: string): Record<string, TemplateResource['Properties']> =>
  Object.fromEntries(
    template
      .ofType('AWS::ApiGateway::GatewayResponse')
      .filter(([, { Properties }]) => Properties.RestApiId.Ref === api)
      .map(([, { Properties }]) => [Properties.ResponseType, Properties]),
  );

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

  it('are exactly the listed ones; with several servers there is no root document (RFC 9728 §3.3)', () => {
    expect(Object.keys(methodsOf(apiOf('AuthorizationServer'))).sort()).toEqual(
      [
        ...SHARED,
        ...metadata('oauth-protected-resource/mcp'),
        ...metadata('oauth-protected-resource/tools/mcp'),
      ].sort(),
    );
  });

  it('have the root document with one server', async () => {
    const single = await templateFor();
    expect(Object.keys(methodsOf(apiOf('AuthorizationServer', single), single)).sort()).toEqual(
      [...SHARED, ...metadata('oauth-protected-resource'), ...metadata('oauth-protected-resource/mcp')].sort(),
    );
  });

  it('answer no preflight where a person goes: /authorize, /consent, /callback, /connections (OAuth 2.1 §3.1, #28)', () => {
    const preflights = Object.keys(methodsOf(apiOf('AuthorizationServer'))).filter((route) =>
      route.startsWith('OPTIONS'),
    );
    for (const route of preflights) expect(route).not.toMatch(/authorize$|consent|callback|connections/);
    expect(answersOf(apiOf('AuthorizationServer')).MISSING_AUTHENTICATION_TOKEN.ResponseParameters).not.toHaveProperty([
      'gatewayresponse.header.Access-Control-Allow-Origin',
    ]);
  });

  it('have one function each', () => {
    const functions = Object.entries(methodsOf(apiOf('AuthorizationServer')))
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

  it('are throttled one by one', () => {
    const stage = stageOf(apiOf('AuthorizationServer')).Properties;
    for (const route of Object.keys(methodsOf(apiOf('AuthorizationServer')))) {
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

describe('Protected resources', () => {
  it.each([
    ['Servermcp', '/mcp'],
    ['Servertoolsmcp', '/tools/mcp'],
  ])('%s: every method but OPTIONS stands behind the authorizer (#123)', (name, path) => {
    const methods = methodsOf(apiOf(name));
    expect(Object.keys(methods).sort()).toEqual(
      [path, `${path}/{proxy+}`]
        .flatMap((at) => ['POST', 'GET', 'DELETE', 'OPTIONS'].map((one) => `${one} ${at}`))
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
          RestApiId: { Ref: apiOf(name) },
        });
        expect(shown(authorizer.AuthorizerUri)).toMatch(/<GatehouseAuthorizerFunction\w+\.Arn>\/invocations$/);
      }
    }
  });

  it('stream, for up to 15 minutes', () => {
    for (const name of ['Servermcp', 'Servertoolsmcp']) {
      for (const [route, { Properties }] of Object.entries(methodsOf(apiOf(name)))) {
        if (route.startsWith('OPTIONS')) continue;
        expect(Properties.Integration).toMatchObject({ ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 });
      }
    }
  });

  it('pass the method, the rest of the path and who calls to an HTTP backend', () => {
    const methods = methodsOf(apiOf('Servertoolsmcp'));
    for (const method of ['POST', 'GET', 'DELETE']) {
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

  it('answer preflights for all MCP headers, Mcp-Param-* included', () => {
    for (const [route, { Properties }] of Object.entries(methodsOf(apiOf('Servermcp')))) {
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

describe('Gateway responses', () => {
  it.each([
    ['Servermcp', '/mcp', 'mcp'],
    ['Servertoolsmcp', '/tools/mcp', 'mcp email profile'],
  ])('%s: 401 names its own metadata and scopes (RFC 9728 §5.1)', (name, path, scopes) => {
    const { StatusCode, ResponseParameters } = answersOf(apiOf(name)).UNAUTHORIZED;
    expect(StatusCode).toBe('401');
    expect(shown(ResponseParameters['gatewayresponse.header.WWW-Authenticate'])).toMatch(
      new RegExp(
        `^'Bearer resource_metadata="https://<GatehouseFrontDoorDistribution\\w+\\.DomainName>` +
          `/\\.well-known/oauth-protected-resource${path}", scope="${scopes}"'$`,
      ),
    );
  });

  it('403 takes its challenge from the authorizer; a fault of ours is 503; an unknown path 404', () => {
    const answers = answersOf(apiOf('Servermcp'));
    expect(answers.ACCESS_DENIED).toMatchObject({
      StatusCode: '403',
      ResponseParameters: { 'gatewayresponse.header.WWW-Authenticate': 'context.authorizer.challenge' },
    });
    for (const type of ['AUTHORIZER_FAILURE', 'AUTHORIZER_CONFIGURATION_ERROR']) {
      expect(answers[type]).toMatchObject({
        StatusCode: '503',
        ResponseParameters: { 'gatewayresponse.header.Retry-After': `'5'` },
      });
    }
    expect(answers.MISSING_AUTHENTICATION_TOKEN.StatusCode).toBe('404');
    expect(answers.THROTTLED).toMatchObject({
      StatusCode: '429',
      ResponseParameters: { 'gatewayresponse.header.Retry-After': `'5'` },
    });
  });

  it.each(['AuthorizationServer', 'Servermcp'])('%s: a function that was killed is 502, to be tried again', (name) => {
    const { StatusCode, ResponseParameters } = answersOf(apiOf(name)).DEFAULT_5XX;
    expect(StatusCode).toBeUndefined();
    expect(ResponseParameters['gatewayresponse.header.Retry-After']).toBe(`'5'`);
  });

  it('are JSON with the request id, readable by scripts, and never cached', () => {
    for (const name of ['AuthorizationServer', 'Servermcp', 'Servertoolsmcp']) {
      const answers = answersOf(apiOf(name));
      expect(Object.keys(answers)).toEqual(expect.arrayContaining(['DEFAULT_4XX', 'DEFAULT_5XX', 'THROTTLED']));
      for (const [type, { ResponseParameters: headers, ResponseTemplates }] of Object.entries(answers)) {
        expect(JSON.parse(ResponseTemplates['application/json'])).toEqual({
          error: expect.stringMatching(/^[a-z_]+$/),
          error_description: expect.any(String),
          request_id: '$context.requestId',
        });
        expect(headers['gatewayresponse.header.Cache-Control']).toBe(`'no-store'`);
        if (name === 'AuthorizationServer' && type === 'MISSING_AUTHENTICATION_TOKEN') continue;
        expect(headers['gatewayresponse.header.Access-Control-Allow-Origin']).toBe(`'*'`);
        expect(headers['gatewayresponse.header.Access-Control-Expose-Headers']).toContain('WWW-Authenticate');
      }
    }
  });

  it('are deployed: each deployment waits for those of its API', () => {
    for (const [, deployment] of template.ofType('AWS::ApiGateway::Deployment')) {
      const own = template
        .ofType('AWS::ApiGateway::GatewayResponse')
        .filter(([, { Properties }]) => Properties.RestApiId.Ref === deployment.Properties.RestApiId.Ref)
        .map(([logicalId]) => logicalId);
      expect(own.length).toBeGreaterThan(0);
      expect(deployment.DependsOn).toEqual(expect.arrayContaining(own));
    }
  });
});

const stageOf = (api: string): TemplateResource => {
  const found = template
    .ofType('AWS::ApiGateway::Stage')
    .find(([, { Properties }]) => Properties.RestApiId.Ref === api);
  if (!found) throw new Error(`${api} has no stage`);
  return found[1];
};

describe('APIs', () => {
  it('are regional, so that a stream may be silent for five minutes', () => {
    for (const [, { Properties }] of template.ofType('AWS::ApiGateway::RestApi')) {
      expect(Properties.EndpointConfiguration).toEqual({ Types: ['REGIONAL'] });
      expect(Properties.BinaryMediaTypes).toBeUndefined();
      expect(Properties.MinimumCompressionSize).toBeUndefined();
    }
  });

  it('log every request as JSON, without query strings, headers or anything personal (#234)', () => {
    for (const api of apiIds()) {
      const { Properties } = stageOf(api);
      const variables = Object.values(JSON.parse(Properties.AccessLogSetting.Format));
      for (const variable of variables) {
        expect(variable).toMatch(/^\$context\.[A-Za-z.]+$/);
        expect(variable).not.toMatch(
          /\$context\.path$|query|header|requestOverride|sourceIp|userAgent|email|subject|name/i,
        );
      }
      expect(variables).toContain('$context.requestId');
      for (const setting of Properties.MethodSettings) {
        expect(setting.DataTraceEnabled).not.toBe(true);
        expect(setting.LoggingLevel ?? 'OFF').toBe('OFF');
      }
    }
  });

  it('find the log role of the account set, and leave the setting alone where told to', async () => {
    const [[logicalId, account] = []] = template.ofType('AWS::ApiGateway::Account');
    expect(account?.DeletionPolicy).toBe('Retain');
    // An account that has never had an API takes no log role.
    const [[api] = []] = template.ofType('AWS::ApiGateway::RestApi');
    expect(account?.DependsOn).toEqual([api]);
    for (const [, stage] of template.ofType('AWS::ApiGateway::Stage')) expect(stage.DependsOn).toContain(logicalId);
    const told = await templateFor({ apiGatewayLogRole: 'existing' });
    expect(told.ofType('AWS::ApiGateway::Account')).toEqual([]);
  });

  it('answer nothing before there is a key to sign with', () => {
    const [[firstKey] = []] = template.ofType('Custom::GatehouseKeyRing');
    for (const api of apiIds()) expect(stageOf(api).DependsOn).toContain(firstKey);
  });
});
