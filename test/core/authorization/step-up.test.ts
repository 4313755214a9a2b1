import { hasNoEffectiveScope, isRepeatedStepUp } from '../../../lambdas/core/authorization/step-up.ts';
import { NOW } from '../../support/memory/records.ts';

const grant = (scopes: string[], refusedScopes?: string[], agoSeconds = 30) => ({
  scopes,
  ...(refusedScopes ? { refusedScopes } : {}),
  issuedAt: NOW - agoSeconds,
});
const partial = (agoSeconds?: number) => grant(['mcp'], ['write'], agoSeconds);

describe('A step-up that cannot loop (MCP authorization, "Scope Challenge Handling")', () => {
  it.each<[string, string[], string[], ReturnType<typeof grant>[], boolean]>([
    ['a first authorization gets the permitted scopes', ['mcp', 'write'], ['mcp'], [], false],
    ['no new scope may be granted', ['mcp', 'write'], ['mcp'], [grant(['mcp'])], true],
    [
      'nor that beside offline_access',
      ['mcp', 'write', 'offline_access'],
      ['mcp', 'offline_access'],
      [grant(['mcp'])],
      true,
    ],
    ['some of the new scopes may be granted', ['mcp', 'write', 'more'], ['mcp', 'more'], [grant(['mcp'])], false],
    ['all new scopes may be granted', ['mcp', 'write', 'more'], ['mcp', 'more'], [partial()], false],
    ['a second machine requests the same', ['mcp', 'write'], ['mcp'], [partial()], false],
    ['a third request within ten minutes', ['mcp', 'write'], ['mcp'], [partial(), partial()], true],
    ['a third request, with the first ten minutes ago', ['mcp', 'write'], ['mcp'], [partial(), partial(600)], false],
    [
      'the same as was once granted in full',
      ['mcp', 'write'],
      ['mcp'],
      [grant(['mcp', 'write']), grant(['mcp'])],
      false,
    ],
    [
      'scopes that another grant of the client requested',
      ['mcp', 'write'],
      ['mcp'],
      [grant(['mcp']), partial()],
      false,
    ],
  ])('%s', (_, asked, granted, earlier, expected) => {
    expect(isRepeatedStepUp(asked, granted, earlier, NOW)).toBe(expected);
  });

  it('email, profile and offline_access alone have no effect', () => {
    expect(hasNoEffectiveScope(['offline_access', 'email', 'profile'])).toBe(true);
    expect(hasNoEffectiveScope([])).toBe(true);
    expect(hasNoEffectiveScope(['mcp'])).toBe(false);
  });
});
