import fc from 'fast-check';
import { freshnessSeconds } from '../../../lambdas/core/clients/document-freshness.ts';

const BOUNDS = { minSeconds: 60, maxSeconds: 86_400, defaultSeconds: 300 };

describe('how long a document is fresh (RFC 9111 §4.2, #195)', () => {
  it.each([
    ['no header', {}, 300],
    ['max-age', { cacheControl: 'public, max-age=3600' }, 3600],
    ['a quoted value', { cacheControl: 'max-age="3600"' }, 3600],
    ['s-maxage before max-age, because this is a shared cache', { cacheControl: 'max-age=3600, S-MaxAge=600' }, 600],
    ['max-age reduced by Age', { cacheControl: 'max-age=3600', age: '600' }, 3000],
    ['ten years', { cacheControl: 'max-age=315360000' }, 86_400],
    ['max-age=0', { cacheControl: 'max-age=0' }, 60],
    ['no-store', { cacheControl: 'no-store, max-age=3600' }, 60],
    ['no-cache', { cacheControl: 'no-cache' }, 60],
    ['private', { cacheControl: 'private, max-age=3600' }, 60],
    ['an invalid number', { cacheControl: 'max-age=soon' }, 60],
    ['a negative number', { cacheControl: 'max-age=-1' }, 60],
    ['the first of two directives', { cacheControl: 'max-age=600, max-age=3600' }, 600],
    ['Expires after Date', { expires: 'Thu, 01 Oct 2026 01:00:00 GMT', date: 'Thu, 01 Oct 2026 00:00:00 GMT' }, 3600],
    ['Expires: 0', { expires: '0', date: 'Thu, 01 Oct 2026 00:00:00 GMT' }, 60],
    ['Expires without Date', { expires: 'Thu, 01 Oct 2026 01:00:00 GMT' }, 60],
    ['max-age before Expires', { cacheControl: 'max-age=600', expires: '0' }, 600],
  ])('%s', (_name, headers, seconds) => {
    expect(freshnessSeconds(headers, BOUNDS)).toBe(seconds);
  });

  it('stays within its bounds for any headers', () => {
    const header = fc.oneof(
      fc.string(),
      fc.constantFrom('max-age=', 's-maxage=9', 'no-store'),
      fc.integer().map((n) => `max-age=${n}`),
    );
    fc.assert(
      fc.property(header, header, header, header, (cacheControl, expires, date, age) => {
        const seconds = freshnessSeconds({ cacheControl, expires, date, age }, BOUNDS);
        expect(seconds >= BOUNDS.minSeconds && seconds <= BOUNDS.maxSeconds).toBe(true);
      }),
    );
  });
});
