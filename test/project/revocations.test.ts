import { repositoryFiles, textOf } from './repository.ts';

// Only the port, its adapter and its callers name the method.
const callers = repositoryFiles().filter((path) => path.startsWith('lambdas/') && /\.revokeGrant\(/.test(textOf(path)));

describe('A30: every function that revokes a grant', () => {
  it('is known', () => {
    expect(callers.map((path) => path.split('/')[1]).sort()).toEqual([
      'connections',
      'revoke',
      'token',
      'token',
      'token',
    ]);
  });

  it.each(callers)('also has its access tokens refused at the door: %s', (path) => {
    const text = textOf(path);
    const calls = (name: RegExp) => [...text.matchAll(name)].length;
    expect(calls(/refuseAccessTokens\(/g)).toBe(calls(/\.revokeGrant\(/g));
  });
});
