import { shown, type Template, TWO_SERVERS, templateFor } from '../template.ts';
import { gatewayResponsesOf } from './api-of-template.ts';

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

describe('Gateway responses', () => {
  it.each([
    ['Servermcp', '/mcp', 'mcp'],
    ['Servertoolsmcp', '/tools/mcp', 'mcp email profile'],
  ])('%s: the 401 names its own metadata and scopes (RFC 9728 §5.1)', (name, path, scopes) => {
    const { StatusCode, ResponseParameters } = gatewayResponsesOf(template, name).UNAUTHORIZED;
    expect(StatusCode).toBe('401');
    expect(shown(ResponseParameters['gatewayresponse.header.WWW-Authenticate'])).toMatch(
      new RegExp(
        `^'Bearer resource_metadata="https://<GatehouseFrontDoorDistribution\\w+\\.DomainName>` +
          `/\\.well-known/oauth-protected-resource${path}", scope="${scopes}"'$`,
      ),
    );
  });

  it("403 carries the authorizer's challenge, a failure of the authorizer is 503, an unknown path is 404", () => {
    const answers = gatewayResponsesOf(template, 'Servermcp');
    expect(answers.ACCESS_DENIED).toMatchObject({
      StatusCode: '403',
      ResponseParameters: { 'gatewayresponse.header.WWW-Authenticate': 'context.authorizer.challenge' },
    });
    expect(JSON.parse(answers.ACCESS_DENIED.ResponseTemplates['application/json'])).toMatchObject({
      error: 'insufficient_scope',
      scope: '$context.authorizer.neededScopes',
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

  it.each(['AuthorizationServer', 'Servermcp', 'Servertoolsmcp'])(
    'B7: %s: an unknown path with a bearer token, which API Gateway takes for a signature, is 404',
    (name) => {
      const { INVALID_SIGNATURE, MISSING_AUTHENTICATION_TOKEN } = gatewayResponsesOf(template, name);
      expect({ ...INVALID_SIGNATURE, ResponseType: '' }).toEqual({ ...MISSING_AUTHENTICATION_TOKEN, ResponseType: '' });
    },
  );

  it.each(['AuthorizationServer', 'Servermcp'])('%s: a crashed function leads to 502 with Retry-After', (name) => {
    const { StatusCode, ResponseParameters } = gatewayResponsesOf(template, name).DEFAULT_5XX;
    expect(StatusCode).toBeUndefined();
    expect(ResponseParameters['gatewayresponse.header.Retry-After']).toBe(`'5'`);
  });

  it('A20: are JSON with the request id, are readable by scripts, and are never cached', () => {
    for (const name of ['AuthorizationServer', 'Servermcp', 'Servertoolsmcp']) {
      const answers = gatewayResponsesOf(template, name);
      expect(Object.keys(answers)).toEqual(expect.arrayContaining(['DEFAULT_4XX', 'DEFAULT_5XX', 'THROTTLED']));
      for (const [type, { ResponseParameters: headers, ResponseTemplates }] of Object.entries(answers)) {
        expect(JSON.parse(ResponseTemplates['application/json'])).toEqual({
          error: expect.stringMatching(/^[a-z_]+$/),
          error_description: expect.any(String),
          request_id: '$context.requestId',
          ...(type === 'ACCESS_DENIED' ? { scope: expect.any(String) } : {}),
        });
        expect(headers['gatewayresponse.header.Cache-Control']).toBe(`'no-store'`);
        expect(headers['gatewayresponse.header.Access-Control-Allow-Origin']).toBe(`'*'`);
        expect(headers['gatewayresponse.header.Access-Control-Expose-Headers']).toContain('WWW-Authenticate');
      }
    }
  });

  it('are part of each deployment, which waits for those of its API', () => {
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

describe('Refusals by API Gateway', () => {
  it.each([
    ['WAF_FILTERED', '403', "'60'", 'access_denied'],
    ['THROTTLED', '429', "'5'", 'temporarily_unavailable'],
    ['REQUEST_TOO_LARGE', '413', undefined, 'request_too_large'],
  ])('%s: every API sends JSON that scripts can read', (type, status, retryAfter, error) => {
    const answers = template
      .ofType('AWS::ApiGateway::GatewayResponse')
      .filter(([, { Properties }]) => Properties.ResponseType === type);
    expect(answers).toHaveLength(3);
    for (const [, { Properties }] of answers) {
      expect(Properties.StatusCode).toBe(status);
      expect(Properties.ResponseParameters).toMatchObject({
        ...(retryAfter === undefined ? {} : { 'gatewayresponse.header.Retry-After': retryAfter }),
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
        'gatewayresponse.header.Access-Control-Expose-Headers': expect.stringContaining('Retry-After'),
      });
      expect(JSON.parse(Properties.ResponseTemplates['application/json'])).toMatchObject({ error });
    }
  });
});
