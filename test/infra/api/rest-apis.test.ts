import type { ConfigurationInput } from '../../../lib/config/configuration.ts';
import { type Template, TWO_SERVERS, templateFor } from '../template.ts';
import { apiIds, stageOf } from './api-of-template.ts';

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

const SERVER = {
  backend: { kind: 'example' },
  scopes: { required: ['mcp'] },
} satisfies ConfigurationInput['servers'][string];

describe('APIs', () => {
  it('are regional, so a stream may be silent for five minutes', () => {
    for (const [, { Properties }] of template.ofType('AWS::ApiGateway::RestApi')) {
      expect(Properties.EndpointConfiguration).toEqual({ Types: ['REGIONAL'] });
      expect(Properties.BinaryMediaTypes).toBeUndefined();
      expect(Properties.MinimumCompressionSize).toBeUndefined();
    }
  });

  it('log every request as JSON, without query strings, headers or personal data (#234)', () => {
    for (const api of apiIds(template)) {
      const { Properties } = stageOf(template, api);
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

  it('A27: log what API Gateway found wrong with the answer of a backend', () => {
    for (const api of apiIds(template)) {
      const { Properties } = stageOf(template, api);
      expect(JSON.parse(Properties.AccessLogSetting.Format)).toMatchObject({
        integrationStatus: '$context.integration.status',
        integrationError: '$context.integration.error',
      });
    }
  });

  it("set the account's log role first, unless the configuration says that it exists", async () => {
    const [[logicalId, account] = []] = template.ofType('AWS::ApiGateway::Account');
    expect(account?.DeletionPolicy).toBe('Retain');
    // An account that never had an API refuses a log role.
    const [[api] = []] = template.ofType('AWS::ApiGateway::RestApi');
    expect(account?.DependsOn).toEqual([api]);
    for (const [, stage] of template.ofType('AWS::ApiGateway::Stage')) expect(stage.DependsOn).toContain(logicalId);
    const told = await templateFor({ apiGatewayLogRole: 'existing' });
    expect(told.ofType('AWS::ApiGateway::Account')).toEqual([]);
  });

  it('B15: are created and deployed one after the other, as far as API Gateway allows at a time', async () => {
    const three = await templateFor({ ...TWO_SERVERS, servers: { ...TWO_SERVERS.servers, '/more': SERVER } });
    for (const type of ['AWS::ApiGateway::RestApi', 'AWS::ApiGateway::Deployment']) {
      const all = three.ofType(type);
      const idOf = (start: string) => all.find(([logicalId]) => logicalId.startsWith(start))?.[0];
      const [first, ...rest] = ['AuthorizationServer', 'Servermcp', 'Servertoolsmcp', 'Servermore'].map(
        (name) => idOf(`Gatehouse${name}`) ?? name,
      );
      expect(all).toHaveLength(4);
      rest.reduce((previous, logicalId) => {
        expect([logicalId, three.resources[logicalId]?.DependsOn]).toEqual([
          logicalId,
          expect.arrayContaining([previous]),
        ]);
        return logicalId;
      }, first ?? '');
    }
  });

  it('are deployed after the first signing key exists', () => {
    const [[firstKey] = []] = template.ofType('Custom::GatehouseKeyRing');
    for (const api of apiIds(template)) expect(stageOf(template, api).DependsOn).toContain(firstKey);
  });
});
