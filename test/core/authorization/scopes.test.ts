import { effectiveScopes, impliedScopes, negotiateScopes } from '../../../lambdas/core/authorization/scopes.ts';

const DEFINITIONS = {
  mcp: { description: 'Use the tools of this server' },
  'mcp:write': { description: 'Change data', implies: ['mcp'] },
  'mcp:admin': { implies: ['mcp:write'] },
  circle: { implies: ['circle', 'mcp:admin'] },
};

describe('Scope hierarchy', () => {
  it('follows implications to the end, also in cycles', () => {
    expect([...effectiveScopes(['mcp:admin'], DEFINITIONS)].sort()).toEqual(['mcp', 'mcp:admin', 'mcp:write']);
    expect(effectiveScopes(['circle'], DEFINITIONS).has('mcp')).toBe(true);
  });

  it('an implying scope includes the implied one, and not vice versa', () => {
    expect(effectiveScopes(['mcp:admin'], DEFINITIONS).has('mcp')).toBe(true);
    expect(effectiveScopes(['mcp'], DEFINITIONS).has('mcp:write')).toBe(false);
    expect(effectiveScopes([], DEFINITIONS).size).toBe(0);
  });

  it('what scopes imply is listed without themselves', () => {
    expect(impliedScopes(['mcp:admin', 'mcp'], DEFINITIONS)).toEqual(['mcp:write']);
    expect(impliedScopes(['mcp'], DEFINITIONS)).toEqual([]);
  });

  it('reads nothing from the prototype of its definitions', () => {
    expect([...effectiveScopes(['constructor', '__proto__'], DEFINITIONS)]).toEqual(['constructor', '__proto__']);
  });
});

describe('Scope of an authorization (RFC 6749 §3.3)', () => {
  it.each([
    ['omitted: the required ones', undefined, ['mcp']],
    ['only unknown scopes: the required ones', 'claudeai openid', ['mcp']],
    ['unknown ones are dropped', 'mcp openid mcp:write', ['mcp', 'mcp:write']],
    ['a required scope is added if no requested scope implies it', 'offline_access', ['mcp', 'offline_access']],
    ['an implied required scope is not added', 'mcp:write', ['mcp:write']],
    ['each once', 'mcp mcp', ['mcp']],
    ['prototype names are unknown', 'constructor __proto__', ['mcp']],
  ])('%s', (_, requested, expected) => expect(negotiateScopes(requested, ['mcp'], DEFINITIONS)).toEqual(expected));

  it('knows email and profile only if a server requires them', () => {
    expect(negotiateScopes('mcp email', ['mcp'], DEFINITIONS)).toEqual(['mcp']);
    expect(negotiateScopes('mcp email', ['mcp', 'email'], DEFINITIONS)).toEqual(['mcp', 'email']);
  });
});
