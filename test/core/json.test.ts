import * as fc from 'fast-check';
import { decodeUtf8, MAX_JSON_DEPTH, readStrictJson } from '../../lambdas/core/json.ts';

const reasonOf = (text: string): string | undefined => {
  const read = readStrictJson(text);
  return read.ok ? undefined : read.reason;
};

describe('Strict JSON (RFC 8259)', () => {
  it('reads every JSON value as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(undefined, 1, '\t'), (text, space) => {
        const value = JSON.parse(text);
        fc.pre(!JSON.stringify(value).includes('"__proto__"') && !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)));
        expect(readStrictJson(JSON.stringify(value, undefined, space))).toEqual({ ok: true, value });
      }),
    );
  });

  it.each([
    ['', 'it is not JSON'],
    ['{"a":1,}', 'it is not JSON'],
    ['{"a":1} {"b":2}', 'it is not JSON'],
    ['{"a":1}\0', 'it is not JSON'],
    ["{'a':1}", 'it is not JSON'],
    ['{"a":1/* comment */}', 'it is not JSON'],
    ['[NaN]', 'it is not JSON'],
    ['\u00a0{}', 'it is not JSON'],
    ['\ufeff{}', 'it starts with a byte order mark'],
    ['{"a":"\ud800"}', 'it is not well-formed Unicode'],
    ['{"a":1,"a":1}', 'an object has two members with the same name'],
    ['{"a":1,"\\u0061":2}', 'an object has two members with the same name'],
    ['{"a" : 1 , "b":{} , "a":[]}', 'an object has two members with the same name'],
    ['[{"x":[{"a":{"b":1,"c":{},"b":2}}]}]', 'an object has two members with the same name'],
    ['{"":1,"":2}', 'an object has two members with the same name'],
    ['{"a\\u0000":1}', 'a member name contains NUL'],
    ['{"a\\ud800":1}', 'a member name contains an unpaired surrogate'],
    ['{"x":{"__proto__":{"method":"tools/call"}}}', 'a member is named __proto__'],
    ['{"\\u005f_proto__":1}', 'a member is named __proto__'],
  ])('refuses %j: %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it('accepts a name in two objects, and brackets and quotes within strings', () => {
    for (const text of [
      '[{"a":1},{"a":2}]',
      '{"a":{"a":{"a":1}}}',
      '{"a":["a","a"]}',
      '{"x":"{\\"a\\":1,","a":"\\\\","b":"}"}',
      '{"a\\"":1,"a":2}',
    ]) {
      expect(readStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }
  });

  it('refuses a duplicate anywhere in a valid document', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.string(), fc.json({ maxDepth: 2 }), (outer, name, other) => {
        const twice = `{${JSON.stringify(name)}:${other},${JSON.stringify(name)}:${outer}}`;
        expect(readStrictJson(`{"outer":[${outer},${twice}]}`).ok).toBe(false);
      }),
    );
  });

  it('accepts nesting up to the limit and no deeper', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(reasonOf(nested(MAX_JSON_DEPTH))).toBeUndefined();
    expect(reasonOf(nested(MAX_JSON_DEPTH + 1))).toBe('it is nested more than 64 levels deep');
    expect(reasonOf(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)).toBe('it is nested more than 64 levels deep');
  });

  it('decodes UTF-8 and nothing else', () => {
    expect(decodeUtf8(Buffer.from('{"ä":"🎟"}'))).toBe('{"ä":"🎟"}');
    expect(decodeUtf8(Buffer.from('\ufeff{}'))).toBe('\ufeff{}');
    for (const bytes of [[0xc0, 0xae], [0xed, 0xa0, 0x80], [0xff], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80]]) {
      expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
    }
  });
});
