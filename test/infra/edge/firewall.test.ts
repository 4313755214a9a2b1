import { judge } from '../../support/firewall.ts';
import { shown, TWO_SERVERS, templateFor } from '../template.ts';
import { type PartialRequest, type WebAcl, webAcl } from './web-acl.ts';

let web: WebAcl;
beforeAll(async () => {
  web = await webAcl();
});

describe('The web ACL (#242)', () => {
  it('is one of the region, before every stage, and only once CloudFront sends the secret', () => {
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

  it('holds these rules, in this order', () => {
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

  it('keeps no samples of requests, which would hold tokens and codes', () => {
    for (const { VisibilityConfig } of [web.acl, ...web.acl.Rules])
      expect(VisibilityConfig.SampledRequestsEnabled).toBe(false);
  });

  it('"firewall": false leaves it out, and CloudFront goes on sending the secret', async () => {
    const without = await templateFor({ ...TWO_SERVERS, firewall: false });
    expect(without.text).not.toContain('AWS::WAFv2');
    const { Origins } = without.ofType('AWS::CloudFront::Distribution')[0]?.[1].Properties.DistributionConfig ?? {};
    for (const { OriginCustomHeaders } of Origins) expect(OriginCustomHeaders).toHaveLength(1);
  });
});

describe('Around CloudFront (#118)', () => {
  it.each(['/mcp', '/tools/mcp', '/token', '/authorize', '/.well-known/jwks.json'])(
    '%s is refused without the secret, and with another one',
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

  it('CloudFront sends the secret by reference, to every API; the template does not hold it', () => {
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

describe('What is refused', () => {
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

  it('a form of exactly 32 KB passes', () => {
    expect(web.verdict({ method: 'POST', path: '/consent', body: 'x'.repeat(32_768) }).blockedBy).toBeUndefined();
    expect(web.acl.AssociationConfig).toEqual({
      RequestBody: { API_GATEWAY: { DefaultSizeInspectionLimit: 'KB_32' } },
    });
  });
});

describe('Rate rules', () => {
  it('know the viewer by what CloudFront saw, never by X-Forwarded-For', () => {
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
  ])('%s %s is counted by %s', (method, path, rule) => {
    expect(web.verdict({ method, path }).rated).toEqual([rule]);
  });

  it.each([
    ['POST', '/register', {}],
    ['POST', '/token', {}],
    ['POST', '/revoke', {}],
    ['GET', '/.well-known/oauth-authorization-server', {}],
    ['POST', '/mcp', { authorization: 'Bearer eyJ.a.token' }],
    ['POST', '/tools/mcp', { authorization: 'bearer eyJ.a.token' }],
  ])('%s %s of a connector that many people share is not counted at all (#172)', (method, path, headers) => {
    expect(web.verdict({ method, path, headers }).rated).toEqual([]);
  });
});
