import {
  asksOnlyForRefusedScopes,
  hasNoEffectiveScope,
  wereRefusedBefore,
} from '../../../lambdas/core/authorization/step-up.ts';
import type { Grant } from '../../../lambdas/core/grants/grant.ts';

const grant = (refusedScopes?: string[], status: Grant['status'] = 'redeemed') => ({
  status,
  ...(refusedScopes ? { refusedScopes } : {}),
});

describe('A request that asks for nothing but what was refused (MCP authorization, "Scope Challenge Handling")', () => {
  it.each<[boolean, string, string[], string[] | undefined, string[]]>([
    [false, 'part of it may be granted', ['mcp', 'write'], undefined, ['mcp']],
    [false, 'part of it may be granted, beside an added scope', ['mcp', 'write', 'more'], ['mcp'], ['mcp', 'more']],
    [false, 'all of it may be granted', ['mcp', 'write'], ['mcp'], ['mcp', 'write']],
    [false, 'the client named no scope', ['mcp'], ['mcp'], []],
    [false, 'the client named only scopes without an effect', ['mcp', 'email'], ['mcp'], ['mcp']],
    [true, 'only an added scope may be granted', ['mcp', 'write'], ['mcp'], ['mcp']],
    [true, 'the rest has no effect', ['mcp', 'write', 'offline_access'], ['mcp'], ['mcp', 'offline_access']],
    [true, 'nothing may be granted', ['mcp', 'write'], undefined, []],
  ])('A9: %s if %s', (expected, _, scopes, addedScopes, granted) => {
    expect(asksOnlyForRefusedScopes({ scopes, ...(addedScopes ? { addedScopes } : {}) }, granted)).toBe(expected);
  });

  it('A9: a request for a scope asks for what it implies, too', () => {
    const request = { scopes: ['write'], impliedScopes: ['mcp'] };
    expect(asksOnlyForRefusedScopes(request, ['mcp'])).toBe(false);
    expect(asksOnlyForRefusedScopes(request, [])).toBe(true);
  });

  it.each<[boolean, string, string[], ReturnType<typeof grant>[]]>([
    [false, 'there is no earlier grant', ['write'], []],
    [false, 'no earlier grant was refused anything', ['write'], [grant()]],
    [false, 'only some of it was refused before', ['write', 'more'], [grant(['write'])]],
    [false, 'the code of that grant was never redeemed', ['write'], [grant(['write'], 'issued')]],
    [false, 'that grant has ended', ['write'], [grant(['write'], 'revoked')]],
    [true, 'one grant was refused it', ['write'], [grant(), grant(['write', 'more'])]],
    [true, 'several grants together were refused it', ['write', 'more'], [grant(['write']), grant(['more'])]],
  ])('A9: %s as refused before if %s', (expected, _, refused, earlier) => {
    expect(wereRefusedBefore(refused, earlier)).toBe(expected);
  });

  it('email, profile and offline_access alone have no effect', () => {
    expect(hasNoEffectiveScope(['offline_access', 'email', 'profile'])).toBe(true);
    expect(hasNoEffectiveScope([])).toBe(true);
    expect(hasNoEffectiveScope(['mcp'])).toBe(false);
  });
});
