import fc from 'fast-check';

// What a half-informed caller sends: valid values, hostile ones and random ones.

export type Pair = readonly [name: string, value: string];

/** Texts that have broken servers. None is a URL that would cause a request to a foreign host. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\r\nX-Injected: 1\r\nSet-Cookie: injected=1',
  '%',
  '%zz',
  '%00',
  '%0d%0aX-Injected:%201',
  '%252e%252e%252f',
  '../../etc/passwd',
  '..\\..\\x',
  '"><script>alert(1)</script>',
  "' OR 1=1 --",
  '{{7*7}}#{7*7}<%= 7*7 %>',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'true',
  'NaN',
  '-1',
  '0',
  '1e999',
  '9007199254740993',
  '[]',
  '{}',
  '[object Object]',
  '\uFEFF',
  '\uFFFD',
  '\uD800',
  '\u202Egnp.exe',
  '\u200B\u00AD',
  'ſtate',
  '𝒸𝑜𝒹𝑒',
  '👩‍👩‍👧‍👦'.repeat(20),
  'a'.repeat(255),
  'x'.repeat(5000),
  '='.repeat(100),
  ',;&=?#/\\:@',
  'javascript:alert(1)',
  'data:text/html,x',
  'https://evil.invalid/cb',
  'https://127.0.0.1/x',
  'https://169.254.169.254/latest/meta-data',
  'https://[::ffff:127.0.0.1]/x',
  'http://localhost:1@evil.invalid/',
  '//evil.invalid',
  '/\\evil.invalid',
  'eyJhbGciOiJub25lIn0.e30.',
  'gh_rt_a.b.c',
  'gh_ac_',
  'Bearer',
  'Basic Og==',
] as const;

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 120 }) },
);

/** A valid value of another parameter, or a hostile text. */
export const anyText = (pool: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 2, arbitrary: fc.constantFrom('', ...pool) }, { weight: 3, arbitrary: hostileText });

/** Header fields that a server might trust, in latin1. Framing headers are excluded. */
const HEADER_NAMES = [
  'accept',
  'accept-language',
  'authorization',
  'content-encoding',
  'content-type',
  'cookie',
  'forwarded',
  'if-modified-since',
  'if-none-match',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'origin',
  'range',
  'referer',
  'sec-fetch-site',
  'user-agent',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-gatehouse-subject',
  'x-http-method-override',
  'x-original-url',
] as const;

const HEADER_VALUES = [
  'null',
  '*',
  '*/*;q=2',
  'text/html',
  'application/json',
  'application/x-www-form-urlencoded; charset=utf-7',
  'de-DE,de;q=0.9,*;q=NaN',
  'x'.repeat(3000),
  'a=b; a=c; __proto__=x; =; ;;',
  `__Host-gatehouse-page=${'x'.repeat(43)}`,
  'same-origin',
  'cross-site',
  'GET',
  '2026-07-28',
  '1',
  'gzip, br',
  '"',
  'Basic !',
  'Bearer x, Bearer y',
] as const;

/** Field values that RFC 9110 §5.5 allows: visible characters, bytes above 0x7f, and spaces within. */
const fieldValue = fc
  .oneof(fc.string({ unit: 'grapheme-ascii', maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 30 }))
  .map((text) =>
    Buffer.from(text)
      .toString('latin1')
      .replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
      .trim(),
  );

export const headerFields = (pool: readonly string[]): fc.Arbitrary<Pair[]> =>
  fc.array(
    fc.tuple(
      fc.constantFrom(...HEADER_NAMES),
      fc.oneof(
        fc.constantFrom<string>(...HEADER_VALUES, ...pool.filter((text) => /^[\x21-\x7e]+$/.test(text))),
        fieldValue,
      ),
    ),
    { maxLength: 3 },
  );
