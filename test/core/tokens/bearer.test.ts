import fc from 'fast-check';
import { bearerToken } from '../../../lambdas/core/tokens/bearer.ts';

describe('Bearer header (RFC 6750 §2.1)', () => {
  it.each([
    ['Bearer abc.def-_~+/==', 'abc.def-_~+/=='],
    ['bearer abc', 'abc'],
    ['BEARER   abc ', 'abc'],
  ])('#116: %j carries %j', (header, token) => {
    expect(bearerToken([header])).toBe(token);
  });

  it.each([
    [[]],
    [['']],
    [['Bearer']],
    [['Bearer ']],
    [['Bearer a b']],
    [['Bearer a,b']],
    [['Bearer a, Bearer b']],
    [['Bearer a=b']],
    [['Bearer\ta']],
    [['Bearer a\n']],
    [[' Bearer a']],
    [['Basic abc']],
    [['abc']],
    [['Bearer a', 'Bearer a']],
    [[`Bearer ${'a'.repeat(9000)}`]],
  ])('#116: %j carries no token', (headers) => {
    expect(bearerToken(headers)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (headers) => bearerToken(headers) === undefined));
  });
});
