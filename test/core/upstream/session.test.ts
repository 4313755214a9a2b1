import {
  accessTokenState,
  neededTokens,
  newUpstreamState,
  refreshability,
  withCheck,
  withLease,
  withoutTokens,
  withPause,
} from '../../../lambdas/core/upstream/session.ts';

const NOW = 1_800_000_000;
const SEALED = { encryptedDataKey: 'k', ciphertext: 'c' };
const OTHERS = { encryptedDataKey: 'k', ciphertext: 'd' };
const ALL = { accessToken: 'a', accessTokenExpiresAt: NOW + 60, refreshToken: 'r' };

describe('Only the needed tokens of a login are kept (#169)', () => {
  const none = { kind: 'oidc', recheck: false, keepTokens: false } as const;
  it.each([
    ['nothing', {}, ALL, undefined],
    ['to ask again: the refresh token', { recheck: true }, ALL, { refreshToken: 'r' }],
    ['to ask again without one: nothing', { recheck: true }, { accessToken: 'a' }, undefined],
    ['to ask an API again: the access token', { recheck: true, kind: 'github' as const }, ALL, ALL],
    ['to hand out: all', { keepTokens: true }, ALL, ALL],
    ['to hand out, where none came: nothing', { keepTokens: true }, {}, undefined],
  ])('%s', (_, options, tokens, expected) => expect(neededTokens(tokens, { ...none, ...options })).toEqual(expected));
});

describe('One request asks the provider at a time (#90)', () => {
  const state = newUpstreamState(SEALED, { canBeRefreshed: true }, NOW);

  it('a lease excludes other requests, and expires', () => {
    expect(refreshability(state, NOW)).toBe('now');
    const leased = withLease(state, NOW);
    expect(leased).toEqual({ ...state, version: 2, leaseExpiresAt: NOW + 30 });
    expect([NOW, NOW + 29, NOW + 30].map((now) => refreshability(leased, now))).toEqual(['later', 'later', 'now']);
  });

  it('after an expired lease, the outcome is unknown until the next answer', () => {
    const again = withLease(withLease(state, NOW), NOW + 30);
    expect(again.outcomeIsUnknown).toBe(true);
    expect(withPause(again, undefined, { now: NOW, recheckSeconds: 900 }).outcomeIsUnknown).toBe(true);
    expect(withCheck(again, OTHERS, NOW + 31)).toEqual({ version: 4, checkedAt: NOW + 31, tokens: OTHERS });
    expect(withoutTokens(again)).toEqual({ version: 4, checkedAt: NOW });
  });

  it('a pause excludes all requests, and keeps new tokens', () => {
    const paused = withPause(withLease(state, NOW), OTHERS, { now: NOW + 1, recheckSeconds: 900 });
    expect(paused).toEqual({ version: 3, checkedAt: NOW, tokens: OTHERS, pausedUntil: NOW + 31 });
    expect([refreshability(paused, NOW + 30), refreshability(paused, NOW + 31)]).toEqual(['later', 'now']);
    expect(withLease(paused, NOW + 31)).not.toHaveProperty('outcomeIsUnknown');
    expect(withPause(state, OTHERS, { now: NOW, recheckSeconds: 5 }).pausedUntil).toBe(NOW + 5);
  });

  it('without tokens, no request asks', () => {
    const [none, handedOutOnly] = [undefined, SEALED].map((each) =>
      newUpstreamState(each, { canBeRefreshed: false }, NOW),
    );
    expect([undefined, none, handedOutOnly].map((each) => refreshability(each, NOW))).toEqual([
      'never',
      'never',
      'never',
    ]);
  });
});

it.each([
  [{ accessToken: 'a' }, 'fresh'],
  [{ accessToken: 'a', accessTokenExpiresAt: NOW + 60 }, 'fresh'],
  [{ accessToken: 'a', accessTokenExpiresAt: NOW + 59 }, 'ending'],
  [{ accessToken: 'a', accessTokenExpiresAt: NOW }, 'expired'],
  [{ refreshToken: 'r' }, 'expired'],
])('an access token %j is %s', (tokens, expected) => expect(accessTokenState(tokens, NOW)).toBe(expected));
