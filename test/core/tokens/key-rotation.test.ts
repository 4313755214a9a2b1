import fc from 'fast-check';
import {
  activeKey,
  jwkSet,
  type KeyRing,
  publicKeyOf,
  type SigningKey,
} from '../../../lambdas/core/tokens/key-ring.ts';
import {
  emergencyRing,
  type NewKey,
  nextRing,
  type RingStep,
  type RotationSchedule,
  ringForDeployment,
} from '../../../lambdas/core/tokens/key-rotation.ts';
import { NOW } from '../../support/memory/records.ts';

const DAY = 86_400;
const SCHEDULE: RotationSchedule = { rotateAfterSeconds: 90 * DAY, publishSeconds: DAY, accessTokenSeconds: 3600 };

const newKey = (kid: string): NewKey => ({
  keyArn: `arn:${kid}`,
  publicJwk: { kty: 'RSA', n: kid, e: 'AQAB', kid, alg: 'RS256', use: 'sig' },
});
const keyIn = (kid: string, state: SigningKey['state'], since: number, longestTokenSeconds?: number): SigningKey => ({
  kid,
  ...newKey(kid),
  state,
  since,
  ...(longestTokenSeconds === undefined ? {} : { longestTokenSeconds }),
});
const ring = (...keys: SigningKey[]): KeyRing => ({ version: 7, keys });
const statesOf = ({ keys }: KeyRing) => Object.fromEntries(keys.map(({ kid, state }) => [kid, state]));
/** The ring after the step. KMS creates the key `b`. */
const ringAfter = (step: RingStep, former: KeyRing | undefined): KeyRing | undefined => {
  if (step.step === 'none') return former;
  return step.step === 'create_key' ? step.ringWith(newKey('b'), NOW) : step.ring;
};

const A = keyIn('a', 'active', NOW - 10 * DAY, 3600);
const OLD_A = { ...A, since: NOW - 90 * DAY };
const B_NEXT = keyIn('b', 'next', NOW - DAY);

describe('#109 next step of a key ring', () => {
  it.each<[string, KeyRing | undefined, boolean, RingStep['step'], Record<string, string>]>([
    ['no ring: the first key signs at once', undefined, false, 'create_key', { b: 'active' }],
    ['an empty ring: the first key signs at once', ring(), false, 'create_key', { b: 'active' }],
    ['no key signs, but one is ready: it is promoted', ring(B_NEXT), false, 'promote_key', { b: 'active' }],
    ['a young key: nothing', ring(A), false, 'none', { a: 'active' }],
    ['a second too young: nothing', ring({ ...OLD_A, since: OLD_A.since + 1 }), false, 'none', { a: 'active' }],
    ['old enough: a successor is published', ring(OLD_A), false, 'create_key', { a: 'active', b: 'next' }],
    ['forced: a successor is published', ring(A), true, 'create_key', { a: 'active', b: 'next' }],
    [
      'forced twice: one successor',
      ring(A, { ...B_NEXT, since: NOW - DAY + 1 }),
      true,
      'none',
      { a: 'active', b: 'next' },
    ],
    [
      'published one second too short: it waits',
      ring(OLD_A, { ...B_NEXT, since: NOW - DAY + 1 }),
      false,
      'none',
      { a: 'active', b: 'next' },
    ],
    [
      'published long enough: it signs, and the former key stays published',
      ring(OLD_A, B_NEXT),
      false,
      'promote_key',
      { a: 'retiring', b: 'active' },
    ],
    [
      'its last token may still be valid: it stays',
      ring(keyIn('a', 'retiring', NOW - DAY - 3600 + 1, 3600), keyIn('b', 'active', NOW - DAY, 3600)),
      false,
      'none',
      { a: 'retiring', b: 'active' },
    ],
    [
      'its last token has expired: deleted',
      ring(keyIn('a', 'retiring', NOW - DAY - 3600, 3600), keyIn('b', 'active', NOW - DAY, 3600)),
      false,
      'delete_key',
      { b: 'active' },
    ],
    [
      'tokens of unknown lifetime: the longest lifetime counts',
      ring(keyIn('a', 'retiring', NOW - 2 * DAY + 1), keyIn('b', 'active', NOW, 3600)),
      false,
      'none',
      { a: 'retiring', b: 'active' },
    ],
    [
      'withdrawn: deleted',
      ring(keyIn('a', 'withdrawn', NOW), { ...A, kid: 'b' }),
      false,
      'delete_key',
      { b: 'active' },
    ],
  ])('%s', (_name, former, isForced, step, states) => {
    const next = nextRing(former, NOW, SCHEDULE, isForced);
    expect(next.step).toBe(step);
    const result = ringAfter(next, former);
    expect(result && statesOf(result)).toEqual(states);
    if (next.step !== 'none') expect(result?.version).toBe((former?.version ?? 0) + 1);
  });

  it('the age of a key counts from its creation, not from the decision', () => {
    const step = nextRing(ring(OLD_A), NOW, SCHEDULE);
    if (step.step !== 'create_key') throw new Error(step.step);
    expect(step.ringWith(newKey('b'), NOW + 300).keys[1]).toMatchObject({ state: 'next', since: NOW + 300 });
  });

  it('a withdrawn key verifies no token and is not in the JWK Set', () => {
    const withdrawn = ring(keyIn('a', 'withdrawn', NOW), keyIn('b', 'active', NOW));
    expect(publicKeyOf(withdrawn, 'a')).toBeUndefined();
    expect(jwkSet(withdrawn).keys.map(({ kid }) => kid)).toEqual(['b']);
  });

  it('emergency: the new key signs at once, all others are withdrawn, and issued tokens are void', () => {
    const former = { ...ring(A, B_NEXT), notBefore: { all: 5, clients: { c: 6 }, subjects: {} } };
    const result = emergencyRing(former, newKey('c'), NOW, SCHEDULE);
    expect(statesOf(result)).toEqual({ a: 'withdrawn', b: 'withdrawn', c: 'active' });
    expect(jwkSet(result).keys.map(({ kid }) => kid)).toEqual(['c']);
    expect(result.notBefore).toEqual({ all: NOW + 1, clients: { c: 6 }, subjects: {} });
    expect(result.version).toBe(8);
    expect(statesOf(emergencyRing(undefined, newKey('c'), NOW, SCHEDULE))).toEqual({ c: 'active' });
  });

  it('a deployment creates the first key and records longer lifetimes, but never changes which key signs', () => {
    for (const due of [ring(OLD_A), ring(OLD_A, B_NEXT), ring(keyIn('a', 'withdrawn', 0), { ...A, kid: 'b' })]) {
      expect(ringForDeployment(due, 3600)).toEqual({ step: 'none' });
      const step = ringForDeployment(due, 7200);
      expect(step.step).toBe('keep_record');
      expect(statesOf(ringAfter(step, due) ?? due)).toEqual(statesOf(due));
    }
    expect(ringForDeployment(undefined, 3600).step).toBe('create_key');
  });

  it('deletes marks that no longer apply to any token', () => {
    const notBefore = { all: 5, clients: { a: 5, b: NOW }, subjects: { s: 5 } };
    const step = nextRing({ ...ring(A), notBefore }, NOW, SCHEDULE);
    if (step.step !== 'keep_record') throw new Error(step.step);
    expect(step.ring.notBefore).toEqual({ clients: { b: NOW }, subjects: {} });
  });
});

interface Life {
  published: number;
  signs?: number;
  signsNoMore?: number;
  longest: number;
  gone?: number;
}

describe('#109 any number of rotations', () => {
  const run = fc.record({
    gap: fc.oneof(fc.integer({ min: 0, max: 2 * DAY }), fc.integer({ min: 0, max: 400 * DAY })),
    kind: fc.constantFrom('daily', 'daily', 'daily', 'rotate', 'deploy', 'crash', 'lost'),
    accessTokenSeconds: fc.constantFrom(60, 3600, DAY),
    makingSeconds: fc.integer({ min: 0, max: 60 }),
  });

  it('publishes each key long before it signs and long after its last token, even if runs fail or race', () => {
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 60 }), (runs) => {
        const lives = new Map<string, Life>();
        let stored: KeyRing | undefined;
        let now = NOW;
        let lifetime = 3600;
        let made = 0;
        const nextNumber = () => {
          made += 1;
          return made;
        };
        const write = (next: KeyRing) => {
          for (const { kid, state } of next.keys) {
            const life = lives.get(kid) ?? { published: now, longest: 0 };
            lives.set(kid, life);
            if (state === 'active') life.signs ??= now;
            if (state === 'retiring') life.signsNoMore ??= now;
          }
          for (const [kid, life] of lives) if (!next.keys.some((key) => key.kid === kid)) life.gone ??= now;
          stored = next;
        };
        for (const { gap, kind, accessTokenSeconds, makingSeconds } of runs) {
          now += gap;
          if (kind === 'deploy') lifetime = accessTokenSeconds;
          const schedule = { ...SCHEDULE, accessTokenSeconds: lifetime };
          let isForced = kind === 'rotate';
          for (let count = 0; count < 12; count += 1) {
            const step: RingStep =
              kind === 'deploy' ? ringForDeployment(stored, lifetime) : nextRing(stored, now, schedule, isForced);
            // After a crash or a lost write, the new key belongs to no ring, and the ring is unchanged.
            if (step.step === 'none' || kind === 'crash' || kind === 'lost') break;
            if (step.step === 'create_key') now += makingSeconds;
            write(step.step === 'create_key' ? step.ringWith(newKey(`key-${nextNumber()}`), now) : step.ring);
            isForced = false;
          }
          if (stored === undefined) continue;
          const signing = stored.keys.filter(({ state }) => state === 'active');
          expect(signing).toHaveLength(1);
          expect(stored.keys.filter(({ state }) => state === 'next').length).toBeLessThanOrEqual(1);
          const life = lives.get(activeKey(stored)?.kid ?? '');
          if (life) life.longest = Math.max(life.longest, lifetime);
        }
        [...lives.values()].forEach(({ published, signs, signsNoMore, longest, gone }, index) => {
          if (signs !== undefined && index > 0)
            expect(signs - published).toBeGreaterThanOrEqual(SCHEDULE.publishSeconds);
          if (gone === undefined) return;
          if (signsNoMore === undefined) throw new Error('a key that signs is gone');
          expect(gone - signsNoMore).toBeGreaterThanOrEqual(longest + SCHEDULE.publishSeconds);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('run daily, the ring rotates every 90 days and never holds more than three keys', () => {
    let stored: KeyRing | undefined;
    let made = 0;
    const nextNumber = () => {
      made += 1;
      return made;
    };
    let largest = 0;
    for (let day = 0; day < 365 * 3; day += 1) {
      for (;;) {
        const step = nextRing(stored, NOW + day * DAY, SCHEDULE);
        if (step.step === 'none') break;
        stored = step.step === 'create_key' ? step.ringWith(newKey(`key-${nextNumber()}`), NOW + day * DAY) : step.ring;
      }
      largest = Math.max(largest, stored?.keys.length ?? 0);
    }
    expect(made).toBe(1 + Math.floor((365 * 3 - 1) / 91));
    expect(largest).toBe(2);
  });
});
