import { BODY_RULES, COUNT_ONLY_RULES } from '../../../lib/edge/firewall-statements.ts';
import { chatgpt } from '../../clients/profiles/chatgpt.ts';
import { claude, claudeConfigured } from '../../clients/profiles/claude.ts';
import { codex } from '../../clients/profiles/codex.ts';
import { copilot, copilotConfigured } from '../../clients/profiles/copilot.ts';
import { cursor } from '../../clients/profiles/cursor.ts';
import { firstRevision } from '../../clients/profiles/first-revision.ts';
import { gemini, geminiConfigured } from '../../clients/profiles/gemini.ts';
import { geminiCli } from '../../clients/profiles/gemini-cli.ts';
import { goose } from '../../clients/profiles/goose.ts';
import { homeAssistant } from '../../clients/profiles/home-assistant.ts';
import { hostedAssistants } from '../../clients/profiles/hosted-assistants.ts';
import { inspector } from '../../clients/profiles/inspector.ts';
import { kiro, kiroConfigured } from '../../clients/profiles/kiro.ts';
import { librechat } from '../../clients/profiles/librechat.ts';
import { mcpRemote } from '../../clients/profiles/mcp-remote.ts';
import { n8n } from '../../clients/profiles/n8n.ts';
import { openWebui } from '../../clients/profiles/open-webui.ts';
import { vscode } from '../../clients/profiles/vscode.ts';
import { zed } from '../../clients/profiles/zed.ts';
import { requestsOf } from '../../support/client-profiles/requests.ts';
import { COMMON_RULES, judge } from '../../support/firewall.ts';
import { type PartialRequest, type WebAcl, webAcl } from './web-acl.ts';

const PROFILES = [
  ...[chatgpt, claude, claudeConfigured, codex, copilot, copilotConfigured, cursor],
  ...[firstRevision, gemini, geminiConfigured, geminiCli, goose, homeAssistant, hostedAssistants, inspector],
  ...[kiro, kiroConfigured, librechat, mcpRemote, n8n, openWebui, vscode, zed],
].flat();

let web: WebAcl;
beforeAll(async () => {
  web = await webAcl();
});

describe('Ordinary requests of every client', () => {
  const counted = new Map<string, Set<string>>();

  it.each(PROFILES.map((profile) => [profile.name, profile] as const))(
    'the firewall blocks no request of %s',
    async (name, profile) => {
      const requests = await requestsOf(profile);
      expect(requests.map(({ path }) => path)).toEqual(
        expect.arrayContaining(['/mcp', '/authorize', '/consent', '/token']),
      );
      for (const request of requests) {
        const { blockedBy, counted: rules } = web.verdict(request);
        expect([request.method, request.path, blockedBy]).toEqual([request.method, request.path, undefined]);
        for (const rule of rules) counted.set(rule, (counted.get(rule) ?? new Set()).add(name));
      }
    },
  );

  // Requests that the specifications and our documents allow, although no profile sends them.
  const BEARER = { authorization: 'Bearer eyJ.a.token' };
  const longState = 's'.repeat(5000);
  it.each<[string, string, PartialRequest]>([
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
  ])('%s is only counted (%s)', (_what, rule, request) => {
    expect(web.verdict(request)).toMatchObject({ blockedBy: undefined, counted: [rule] });
  });

  it('a request without a User-Agent is only counted', () => {
    const request = web.through({ method: 'POST', path: '/token', body: 'grant_type=refresh_token' });
    const { 'user-agent': _, ...headers } = request.headers;
    expect(judge(web.acl.Rules, { ...request, headers })).toMatchObject({
      blockedBy: undefined,
      counted: ['NoUserAgent_HEADER'],
    });
  });

  it('each family of count-only rules matches one of these requests', () => {
    expect(Object.keys(COMMON_RULES)).toEqual(expect.arrayContaining([...COUNT_ONLY_RULES]));
    // The profiles above match these rules:
    expect([...counted.keys()].sort()).toEqual([
      'EC2MetaDataSSRF_BODY',
      'EC2MetaDataSSRF_QUERYARGUMENTS',
      'GenericRFI_BODY',
      'GenericRFI_QUERYARGUMENTS',
    ]);
    const families = new Set(COUNT_ONLY_RULES.map((rule) => rule.split('_')[0]));
    expect([...families]).toEqual([
      'NoUserAgent',
      'SizeRestrictions',
      'EC2MetaDataSSRF',
      'GenericRFI',
      'CrossSiteScripting',
      'RestrictedExtensions',
    ]);
    // These rules still block:
    expect(Object.keys(COMMON_RULES).filter((rule) => !(COUNT_ONLY_RULES as readonly string[]).includes(rule))).toEqual(
      ['UserAgent_BadBots_HEADER', 'GenericLFI_QUERYARGUMENTS', 'GenericLFI_URIPATH', 'GenericLFI_BODY'],
    );
  });

  it.each([
    ['a URL with an address', 'http://192.0.2.1/file', []],
    ['the metadata service', 'http://169.254.169.254/latest/meta-data', []],
    ['markup', '<script>alert("hello")</script>', []],
    ['a path', '../../../etc/passwd', []],
    ['an attack on Log4j', 'What does ${' + 'jndi:ldap://example.com/} do?', ['Log4JRCE_BODY']],
    ['an attack on Java', '(java.lang.Runtime).getRuntime().exec("whoami")', ['JavaDeserializationRCE_BODY']],
    ['200,000 characters', 'x'.repeat(200_000), []],
  ])('a tool call may contain %s', (_what, text, rules) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { arguments: { text } } });
    const call = web.through({ method: 'POST', path: '/mcp', body, headers: BEARER });
    const { 'user-agent': _, ...headers } = call.headers;
    expect(judge(web.acl.Rules, { ...call, headers })).toEqual({ blockedBy: undefined, counted: rules, rated: [] });
    for (const rule of rules) expect(BODY_RULES).toContain(rule);
  });
});
