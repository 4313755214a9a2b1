import { type Template, TWO_SERVERS, templateFor } from '../template.ts';
import { apiIds, stageOf } from './api-of-template.ts';

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

describe('APIs', () => {
  it('are regional, so that a stream may be silent for five minutes', () => {
    for (const [, { Properties }] of template.ofType('AWS::ApiGateway::RestApi')) {
      expect(Properties.EndpointConfiguration).toEqual({ Types: ['REGIONAL'] });
      expect(Properties.BinaryMediaTypes).toBeUndefined();
      expect(Properties.MinimumCompressionSize).toBeUndefined();
    }
  });

  it('log every request as JSON, without query strings, headers or anything personal (#234)', () => {
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
    for (const api of apiIds(template)) expect(stageOf(template, api).DependsOn).toContain(firstKey);
  });
});
