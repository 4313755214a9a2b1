import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constantTimeEqual, sha256 } from '../../lambdas/core/crypto.ts';

describe('Comparing secrets (#56, CWE-208)', () => {
  it.each([
    ['', '', true],
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'abcd', false],
    ['abc', '', false],
    ['ä', 'a\u0308', false],
    ['x'.repeat(10_000), 'x'.repeat(10_000), true],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(constantTimeEqual(a, b)).toBe(expected);
  });

  it('the hash of a secret is SHA-256, base64url', () => {
    expect(sha256('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });

  it('no code compares a hash or a signature in another way', () => {
    const lambdas = join(import.meta.dirname, '../../lambdas');
    const files = readdirSync(lambdas, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const comparison = /\b\w*(?:hash|mac|signature|digest)\w*(?:\(.*\))? [!=]== (?!undefined|null|')/i;
    const found = files.flatMap((file) =>
      readFileSync(join(lambdas, file), 'utf8')
        .split('\n')
        .filter((line) => comparison.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });
});
