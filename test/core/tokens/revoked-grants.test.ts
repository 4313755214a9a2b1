import fc from 'fast-check';
import { type KeyRing, longestTokenSeconds, type SigningKey } from '../../../lambdas/core/tokens/key-ring.ts';
import {
  findRevocation,
  MAX_REVOKED_GRANTS,
  type RevokedGrants,
  withRevokedGrants,
} from '../../../lambdas/core/tokens/revoked-grants.ts';
import { newTestKey } from '../../support/credentials/signing-key.ts';
import { NOW } from '../../support/memory/records.ts';

const UNTIL = NOW + 3660;
const listOf = (...ids: string[]) => withRevokedGrants(undefined, ids, UNTIL, NOW);
const manyIds = (count: number, name = 'g') => Array.from({ length: count }, (_, index) => `${name}${index}`);

describe('The list of revoked grants', () => {
  it.each<[string, RevokedGrants | undefined, string, ReturnType<typeof findRevocation>]>([
    ['no list', undefined, 'a', 'not_revoked'],
    ['a listed grant', listOf('a', 'b'), 'a', 'revoked'],
    ['another grant', listOf('a', 'b'), 'c', 'not_revoked'],
    ['a member of Object.prototype', listOf('a'), 'constructor', 'not_revoked'],
    [
      'a full list, and a listed grant',
      { version: 1, grants: { a: UNTIL }, incompleteUntil: NOW + 1, expiresAt: UNTIL },
      'a',
      'revoked',
    ],
    [
      'a full list, and another grant',
      { version: 1, grants: { a: UNTIL }, incompleteUntil: NOW + 1, expiresAt: UNTIL },
      'c',
      'unknown',
    ],
    [
      'a list that was full before',
      { version: 1, grants: { a: UNTIL }, incompleteUntil: NOW, expiresAt: UNTIL },
      'c',
      'not_revoked',
    ],
  ])('A30: %s', (_case, list, grantId, expected) => {
    expect(findRevocation(list, grantId, NOW)).toBe(expected);
  });

  it('A30: the next writer drops expired entries and keeps the others', () => {
    const first = withRevokedGrants(undefined, ['old'], NOW + 1, NOW);
    const second = withRevokedGrants(first, ['young'], UNTIL, NOW);
    const third = withRevokedGrants(second, ['new'], UNTIL + 1, NOW + 1);
    expect(third).toEqual({ version: 3, grants: { young: UNTIL, new: UNTIL + 1 }, expiresAt: UNTIL + 1 });
  });

  it('A30: a grant that is listed is not written again, so that repeated requests cost no write', () => {
    const list = listOf('a', 'b');
    expect(withRevokedGrants(list, ['a'], UNTIL + 99, NOW + 99)).toBe(list);
    expect(withRevokedGrants(list, [], UNTIL, NOW)).toBe(list);
    expect(withRevokedGrants(undefined, [], UNTIL, NOW)).toBeUndefined();
  });

  it('A30: a grant that no longer fits makes the list incomplete until its last token has expired', () => {
    const full = listOf(...manyIds(MAX_REVOKED_GRANTS));
    expect(full?.incompleteUntil).toBeUndefined();
    const overfull = withRevokedGrants(full, ['one more'], UNTIL + 1, NOW + 1);
    expect(Object.keys(overfull?.grants ?? {})).toHaveLength(MAX_REVOKED_GRANTS);
    expect(findRevocation(overfull, 'one more', UNTIL)).toBe('unknown');
    // Whole minutes, so that further revocations rarely cost a write.
    expect(withRevokedGrants(overfull, ['yet another'], UNTIL + 2, NOW + 2)).toBe(overfull);
    const later = withRevokedGrants(overfull, ['much later'], UNTIL + 300, NOW + 300);
    expect(findRevocation(later, 'much later', UNTIL + 299)).toBe('unknown');
  });

  it('A30: the incomplete time ends although the list was written meanwhile', () => {
    const overfull = withRevokedGrants(undefined, manyIds(MAX_REVOKED_GRANTS + 1), UNTIL, NOW);
    const end = overfull?.incompleteUntil ?? 0;
    const emptied = withRevokedGrants(overfull, ['late'], end + 3660, end);
    expect(emptied).toEqual({ version: 2, grants: { late: end + 3660 }, expiresAt: end + 3660 });
  });

  it('A30: in any order of revocations, no token of a revoked grant gets through while it lives', () => {
    const revocation = fc.record({
      ids: fc.array(fc.integer({ min: 0, max: 1500 }).map(String), { maxLength: 400 }),
      after: fc.integer({ min: 0, max: 2000 }),
      life: fc.integer({ min: 60, max: 4000 }),
    });
    fc.assert(
      fc.property(fc.array(revocation, { maxLength: 12 }), (revocations) => {
        let list: RevokedGrants | undefined;
        let now = NOW;
        const ends = new Map<string, number>();
        for (const { ids, after, life } of revocations) {
          now += after;
          list = withRevokedGrants(list, ids, now + life, now);
          // The first revocation counts, because no token is issued after it.
          for (const id of ids) if ((ends.get(id) ?? 0) <= now) ends.set(id, now + life);
          for (const [id, end] of ends) if (end > now) expect(findRevocation(list, id, now)).not.toBe('not_revoked');
          expect(Object.keys(list?.grants ?? {}).length).toBeLessThanOrEqual(MAX_REVOKED_GRANTS);
          if (list !== undefined)
            expect(list.expiresAt).toBe(Math.max(list.incompleteUntil ?? 0, ...Object.values(list.grants)));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('The longest life of an access token', () => {
  const { signingKey } = newTestKey();
  const { longestTokenSeconds: _none, ...bare } = signingKey as SigningKey;
  const ringWith = (...keys: Partial<SigningKey>[]): KeyRing => ({
    version: 1,
    keys: keys.map((key) => ({ ...bare, ...key })),
  });

  it.each<[string, KeyRing | undefined, number]>([
    ['a recorded life', ringWith({ state: 'active', longestTokenSeconds: 3600 }), 3600],
    [
      'a life that was lowered by a rotation',
      ringWith({ state: 'retiring', longestTokenSeconds: 7200 }, { state: 'active', longestTokenSeconds: 3600 }),
      7200,
    ],
    [
      'a key that has not signed yet',
      ringWith({ state: 'next' }, { state: 'active', longestTokenSeconds: 3600 }),
      3600,
    ],
    [
      'a withdrawn key',
      ringWith({ state: 'withdrawn', longestTokenSeconds: 7200 }, { state: 'active', longestTokenSeconds: 60 }),
      60,
    ],
    ['no record', ringWith({ state: 'active' }), 86_400],
    ['no ring', undefined, 86_400],
  ])('A30: %s', (_case, ring, expected) => {
    expect(longestTokenSeconds(ring)).toBe(expected);
  });
});
