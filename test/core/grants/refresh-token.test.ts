import fc from 'fast-check';
import { newId, newSecret } from '../../../lambdas/core/crypto.ts';
import { newAuthorizationCode } from '../../../lambdas/core/grants/authorization-code.ts';
import type { Grant } from '../../../lambdas/core/grants/grant.ts';
import {
  decideRefresh,
  firstRefreshToken,
  formatRefreshToken,
  isOfFamily,
  nextRefreshToken,
  parseRefreshToken,
  type RefreshStep,
  type RefreshToken,
} from '../../../lambdas/core/grants/refresh-token.ts';
import { OAuthError } from '../../../lambdas/core/oauth-error.ts';
import { readConfiguration } from '../../../lib/config/cdk-json.ts';
import { parseConfiguration } from '../../../lib/config/configuration.ts';
import { NOW, REFRESH_LIFETIMES, redeemedGrant, testClient } from '../../support/memory/records.ts';

const client = testClient({ clientId: 'client-1' });

const decide = (grant: Grant | undefined, presented: RefreshToken, now: number) => {
  try {
    const decision = decideRefresh(grant, client, presented, REFRESH_LIFETIMES, now);
    return decision.outcome;
  } catch (error) {
    if (error instanceof OAuthError) return error.code;
    throw error;
  }
};

/** A family rotated once per given time; `tokens[0]` is generation 1. */
const rotated = (...times: readonly number[]) => {
  const { grant, first } = redeemedGrant();
  const steps: RefreshStep[] = [first];
  for (const time of times) {
    const { token, family } = steps.at(-1) ?? first;
    steps.push(nextRefreshToken(token, family, REFRESH_LIFETIMES, time));
  }
  const family = (steps.at(-1) ?? first).family;
  return { grant: { ...grant, family }, tokens: steps.map(({ token }) => token), family };
};

describe('Refresh token', () => {
  it('parses to the parts from which it was formatted', () => {
    const { token } = redeemedGrant().first;
    expect(parseRefreshToken(formatRefreshToken(token))).toEqual(token);
  });

  it('#47: nothing else is accepted, however similar', () => {
    expect(parseRefreshToken(newAuthorizationCode(newId()).code)).toBeUndefined();
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseRefreshToken(text) === undefined));
    const { token } = redeemedGrant().first;
    const text = formatRefreshToken(token);
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ minLength: 1, maxLength: 5 }), (at, noise) => {
        const parsed = parseRefreshToken(text.slice(0, at) + noise + text.slice(at));
        expect(parsed).toBeUndefined();
      }),
    );
    for (let length = 0; length < text.length; length += 1) {
      expect(parseRefreshToken(text.slice(0, length))).toBeUndefined();
    }
  });

  it('#86: the family stores hashes and a salt, and no part of the token', () => {
    const { family, tokens } = rotated(NOW + 10);
    const stored = JSON.stringify(family);
    for (const token of tokens) {
      expect(stored).not.toContain(token.familySecret);
      expect(stored).not.toContain(token.generationSecret);
    }
  });

  it('a successor depends on the predecessor, the salt, the grant and the generation', () => {
    const { first } = redeemedGrant();
    const next = () => nextRefreshToken(first.token, first.family, REFRESH_LIFETIMES, NOW).token.generationSecret;
    expect(new Set([first.token.generationSecret, next(), next(), next()]).size).toBe(4);
  });
});

describe('Refresh rotation (RFC 9700 §4.14.2)', () => {
  it('the current generation rotates', () => {
    const { grant, tokens } = rotated(NOW + 10, NOW + 20);
    expect(decide(grant, tokens[2] as RefreshToken, NOW + 30)).toBe('current');
  });

  it('#79, #81: the immediate predecessor within the grace time gets the same successor', () => {
    const { grant, tokens } = rotated(NOW + 10, NOW + 20);
    for (const now of [NOW + 20, NOW + 50, NOW + 79]) {
      const decision = decideRefresh(grant, client, tokens[1] as RefreshToken, REFRESH_LIFETIMES, now);
      expect(decision).toEqual({ outcome: 'repeated', grant, successor: tokens[2] });
    }
  });

  // now, counted from the last rotation × which generation is presented, of three
  it.each([
    ['#80: grandparent at once', 0, 0, 'reused'],
    ['#80: grandparent within the grace time', 30, 0, 'reused'],
    ['predecessor within the grace time', 59, 1, 'repeated'],
    ['#78: predecessor when the grace time is over', 60, 1, 'reused'],
    ['#82: predecessor an hour later', 3600, 1, 'reused'],
    ['current an hour later', 3600, 2, 'current'],
  ])('replay matrix: %s', (_name, secondsSince, index, outcome) => {
    const { grant, tokens } = rotated(NOW + 10, NOW + 20);
    expect(decide(grant, tokens[index] as RefreshToken, NOW + 20 + secondsSince)).toBe(outcome);
  });

  // The gaps that were measured between a lost reply and the next attempt, in minutes.
  it.each([1 / 60, 1.6, 5.4, 18, 24, 3.3 * 60, 7.5 * 60, 7.9 * 60])(
    'A3 (RFC 9700 §4.14.2): after a reply that was lost %f minutes ago, a client that authenticates goes on',
    (minutes) => {
      const { grant, tokens } = rotated(NOW + 10, NOW + 20);
      const ofServer: Grant = { ...grant, clientAuthMethod: 'client_secret_basic' };
      const now = NOW + 20 + minutes * 60;
      const again = decideRefresh(ofServer, client, tokens[1] as RefreshToken, REFRESH_LIFETIMES, now);
      expect(again).toEqual({ outcome: 'repeated', grant: ofServer, successor: tokens[2] });
      // An older generation is refused, and nothing is revoked.
      expect(decide(ofServer, tokens[0] as RefreshToken, now)).toBe('invalid_grant');
    },
  );

  it.each([1 / 60, 1.6, 5.4, 18, 24])(
    'A3: by default, a public client goes on %f minutes after a reply was lost',
    (minutes) => {
      const { grant, tokens } = rotated(NOW + 10, NOW + 20);
      const { refreshGraceSeconds: graceSeconds } = parseConfiguration(readConfiguration()).lifetimes;
      const at = (seconds: number) =>
        decideRefresh(grant, client, tokens[1] as RefreshToken, { graceSeconds }, NOW + 20 + seconds).outcome;
      expect(at(minutes * 60)).toBe('repeated');
      expect(at(1800)).toBe('reused');
    },
  );

  it('the predecessor works even if our clock is behind the one that rotated', () => {
    const { grant, tokens } = rotated(NOW + 10);
    expect(decide(grant, tokens[0] as RefreshToken, NOW + 5)).toBe('repeated');
  });

  it('an invented generation with the right family secret is reuse, even in generation 1', () => {
    const { grant, first } = redeemedGrant();
    expect(decide(grant, { ...first.token, generationSecret: newSecret() }, NOW)).toBe('reused');
  });

  it('#41: a token without the family secret changes nothing', () => {
    const { grant, tokens } = rotated(NOW + 10);
    const [former, current] = tokens as [RefreshToken, RefreshToken];
    expect(decide(grant, { ...current, familySecret: newSecret() }, NOW + 20)).toBe('invalid_grant');
    expect(decide(grant, { ...former, familySecret: newSecret() }, NOW + 9000)).toBe('invalid_grant');
    expect(decide(undefined, current, NOW + 20)).toBe('invalid_grant');
  });

  it('#52: a token of another client is refused', () => {
    const { grant, tokens } = rotated(NOW + 10);
    const other = { ...grant, clientId: 'client-2' };
    for (const token of tokens) expect(decide(other, token, NOW + 9000)).toBe('invalid_grant');
  });

  it.each(['issued', 'revoked'] as const)('a grant that is %s gives nothing', (status) => {
    const { grant, tokens } = rotated(NOW + 10);
    expect(decide({ ...grant, status }, tokens[1] as RefreshToken, NOW + 20)).toBe('invalid_grant');
  });

  it('a grant without refresh tokens is refused', () => {
    const { grant, first } = redeemedGrant();
    const { family: _, ...without } = grant;
    expect(decide(without, first.token, NOW)).toBe('invalid_grant');
    expect(isOfFamily(first.token, without)).toBe(false);
  });

  it('#83, #84: idle expiry to the second, and rotation moves it', () => {
    const { idleSeconds } = REFRESH_LIFETIMES;
    const { grant, first } = redeemedGrant();
    expect(decide(grant, first.token, NOW + idleSeconds - 1)).toBe('current');
    expect(decide(grant, first.token, NOW + idleSeconds)).toBe('invalid_grant');
    const moved = rotated(NOW + 100);
    expect(decide(moved.grant, moved.tokens[1] as RefreshToken, NOW + 100 + idleSeconds - 1)).toBe('current');
  });

  it('#83: no rotation ever moves the absolute expiry', () => {
    const { idleSeconds, absoluteSeconds } = REFRESH_LIFETIMES;
    const times = Array.from({ length: 5 }, (_, index) => NOW + (index + 1) * (idleSeconds - 86_400 * 12));
    const { grant, tokens, family } = rotated(...times);
    expect(family.absoluteExpiresAt).toBe(NOW + absoluteSeconds);
    expect(family.idleExpiresAt).toBe(NOW + absoluteSeconds);
    expect(decide(grant, tokens.at(-1) as RefreshToken, NOW + absoluteSeconds - 1)).toBe('current');
    expect(decide(grant, tokens.at(-1) as RefreshToken, NOW + absoluteSeconds)).toBe('invalid_grant');
  });

  it('#83: the absolute expiry applies even if the idle expiry is later', () => {
    const { grant, tokens, family } = rotated(NOW + 10);
    const late = { ...grant, family: { ...family, idleExpiresAt: family.absoluteExpiresAt + 1000 } };
    expect(decide(late, tokens[1] as RefreshToken, family.absoluteExpiresAt)).toBe('invalid_grant');
  });

  it('for any history: only the newest rotates, only its predecessor is repeated, all others are reuse', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 6 }), fc.nat(120), (pauses, later) => {
        let time = NOW;
        const times = pauses.map((pause) => {
          time += pause;
          return time;
        });
        const { grant, tokens } = rotated(...times);
        const outcomes = tokens.map((token) => decide(grant, token, time + later));
        const expected = tokens.map((_, index) => {
          const age = tokens.length - 1 - index;
          if (age === 0) return 'current';
          return age === 1 && later < REFRESH_LIFETIMES.graceSeconds ? 'repeated' : 'reused';
        });
        expect(outcomes).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('a first token starts generation 1', () => {
    const { family } = firstRefreshToken(newId(), REFRESH_LIFETIMES, NOW);
    expect(family).toMatchObject({ generation: 1, rotatedAt: NOW });
    expect(family.previousGenerationSecretHash).toBeUndefined();
  });
});
