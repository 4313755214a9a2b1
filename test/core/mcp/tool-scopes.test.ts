import * as fc from 'fast-check';
import { everyScopeOf, hasRules, scopesOf, type ToolRules } from '../../../lambdas/core/mcp/tool-scopes.ts';

const RULES: ToolRules = {
  tools: { 'delete_*': ['mcp:write'], '*_user': ['users'], danger_reset: ['mcp:write', 'admin'] },
  resources: { 'file:///secret/*': ['secrets'], 'https://example.com/a': ['web'] },
  prompts: { 'internal-*': ['staff'] },
};
const REQUIRED = ['mcp'];

const needs = (method: string, target?: string) =>
  scopesOf({ method, ...(target === undefined ? {} : { target }) }, RULES, REQUIRED);

describe('Scopes per tool (#121)', () => {
  it.each([
    ['tools/call', 'echo', ['mcp']],
    ['tools/call', 'delete_file', ['mcp', 'mcp:write']],
    ['tools/call', 'delete_user', ['mcp', 'mcp:write', 'users']],
    ['tools/call', 'danger_reset', ['mcp', 'mcp:write', 'admin']],
    ['tools/call', 'delete_', ['mcp', 'mcp:write']],
    ['tools/call', 'Delete_file', ['mcp']],
    ['resources/read', 'file:///secret/plan', ['mcp', 'secrets']],
    ['resources/read', 'file:///public/plan', ['mcp']],
    ['prompts/get', 'internal-report', ['mcp', 'staff']],
    ['prompts/get', 'delete_file', ['mcp']],
  ])('%s %s needs %j', (method, target, scopes) => {
    expect(needs(method, target)).toEqual(scopes);
  });

  it.each([
    'initialize',
    'ping',
    'notifications/cancelled',
    'tools/list',
    'resources/list',
    'resources/templates/list',
    'resources/subscribe',
    'resources/unsubscribe',
    'prompts/list',
    'completion/complete',
    'logging/setLevel',
    'server/discover',
    'subscriptions/listen',
    'tasks/get',
    'constructor',
  ])('%s needs the required scopes only', (method) => {
    expect(needs(method)).toEqual(REQUIRED);
  });

  it('requires no additional scope for a response', () => {
    expect(scopesOf(undefined, RULES, REQUIRED)).toEqual(REQUIRED);
  });

  it('requires all scopes of a family for an unknown method', () => {
    expect(needs('tools/callMany')).toEqual(['mcp', 'mcp:write', 'users', 'admin']);
    expect(needs('TOOLS/CALL')).toEqual(['mcp', 'mcp:write', 'users', 'admin']);
    expect(needs('prompts/render')).toEqual(['mcp', 'staff']);
  });

  it.each([
    'FILE:///secret/plan',
    'file:///public/../secret/plan',
    'file:///public/%2e%2E/secret/plan',
    'file:///%73ecret/plan',
    'file:///%2573ecret/plan',
    'file:///%252573ecret/plan',
    'file:\\\\\\secret\\plan',
    'file:/secret/plan',
    'file:secret/plan',
    'file://localhost/secret/plan',
    'file:///public/%2e%2e%2fsecret/plan',
    ' file:///secret/plan',
    'file:///secret/%ff',
    'file:///%ff/..%2fsecret/plan',
  ])('recognizes the URI %s', (uri) => {
    expect(needs('resources/read', uri)).toContain('secrets');
  });

  it('recognizes spellings of hosts and ports', () => {
    expect(needs('resources/read', 'https://EXAMPLE.com:443/a')).toContain('web');
  });

  it('requires all scopes of resources when a URI can be decoded too often', () => {
    const endless = `file:///public/%${'25'.repeat(20)}41`;
    expect(needs('resources/read', endless)).toEqual(['mcp', 'secrets', 'web']);
  });

  it('decodes ordinary URIs completely', () => {
    for (const uri of [
      'notes://a/b%20c?q=ä&x=%C3%A4#top',
      'https://example.com/%E2%82%AC?a=b%26c',
      'urn:isbn:0451450523',
      'x',
    ]) {
      expect(needs('resources/read', uri)).toEqual(['mcp']);
    }
  });

  it('matches as a regular expression would', () => {
    const part = fc.constantFrom('a', 'b', '*', '.', '/');
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 6 }),
        fc.array(fc.constantFrom('a', 'b', '.', '/'), { maxLength: 8 }),
        (p, t) => {
          const [pattern, text] = [p.join(''), t.join('')];
          const expression = new RegExp(`^${pattern.replace(/[.*/]/g, (c) => (c === '*' ? '.*' : `\\${c}`))}$`, 's');
          const scopes = scopesOf({ method: 'tools/call', target: text }, { tools: { [pattern]: ['x'] } }, []);
          expect(scopes).toEqual(expression.test(text) ? ['x'] : []);
        },
      ),
    );
  });

  it('matches patterns that are made to backtrack in a short time', () => {
    const pattern = '*a'.repeat(30);
    const target = `${'a'.repeat(20_000)}b`;
    expect(scopesOf({ method: 'tools/call', target }, { tools: { [pattern]: ['x'] } }, [])).toEqual([]);
  });

  it('knows every scope that any rule names', () => {
    expect(everyScopeOf(RULES, REQUIRED)).toEqual(['mcp', 'mcp:write', 'users', 'admin', 'secrets', 'web', 'staff']);
    expect([hasRules(RULES), hasRules({}), hasRules({ tools: {} })]).toEqual([true, false, false]);
  });
});
