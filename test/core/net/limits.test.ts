import fc from 'fast-check';
import { counterId, FAILURE_LIMIT, requestLimit, windowEnd } from '../../../lambdas/core/net/rate-limit-window.ts';
import { retryAfterSeconds } from '../../../lambdas/core/net/retry-after.ts';

describe('Counting windows', () => {
  it.each([
    [0, 60, 60],
    [59, 60, 60],
    [60, 60, 120],
    [1_800_000_000, 900, 1_800_000_900],
    [1_800_000_899, 900, 1_800_000_900],
  ])('an event at %i, with windows of %i seconds, belongs to the window that ends at %i', (now, seconds, end) => {
    expect(windowEnd(now, seconds)).toBe(end);
  });

  it('follow each other without gap or overlap', () => {
    fc.assert(
      fc.property(fc.nat(4_000_000_000), fc.integer({ min: 1, max: 86_400 }), (now, seconds) => {
        const end = windowEnd(now, seconds);
        expect(end - now).toBeGreaterThan(0);
        expect(end - now).toBeLessThanOrEqual(seconds);
        expect(windowEnd(end, seconds)).toBe(end + seconds);
      }),
    );
  });

  it('have a distinct counter for each limit, key and window', () => {
    const minute = requestLimit(120);
    const ids = [
      counterId(minute, ['ada', 'client'], 60),
      counterId(minute, ['ada', 'client'], 120),
      counterId(minute, ['adac', 'lient'], 60),
      counterId(minute, ['ada', 'client', ''], 60),
      counterId(minute, ['grace', 'client'], 60),
      counterId(FAILURE_LIMIT, ['ada', 'client'], 60),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    // A changed limit goes on counting where it was.
    expect(counterId(requestLimit(10), ['ada', 'client'], 60)).toBe(ids[0]);
    expect(ids.join()).not.toMatch(/ada|client/);
  });
});

describe('Retry-After (RFC 9110 §10.2.3, #225)', () => {
  it('after a fault is 2 to 8 seconds, equally distributed', () => {
    const waits = Array.from({ length: 700 }, (_, index) => retryAfterSeconds(index / 700));
    expect([...new Set(waits)]).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(waits.filter((seconds) => seconds === 5)).toHaveLength(100);
  });

  it('at the end of a window is never before it', () => {
    expect([retryAfterSeconds(0, 60), retryAfterSeconds(0.999, 60)]).toEqual([60, 66]);
  });
});
