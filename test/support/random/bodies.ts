import fc from 'fast-check';
import { anyText, hostileText, type Pair } from './values.ts';

/** Valid parameters, some of them missing, repeated, renamed or replaced, perhaps with additional ones. */
export const parameters = (
  good: Readonly<Record<string, string>>,
  { names = [], pool }: { readonly names?: readonly string[]; readonly pool: readonly string[] },
): fc.Arbitrary<Pair[]> => {
  const value = anyText(pool);
  const kept = Object.entries(good).map(([name, own]) =>
    fc.oneof(
      { weight: 40, arbitrary: fc.constant<Pair[]>([[name, own]]) },
      { weight: 3, arbitrary: value.map((other): Pair[] => [[name, other]]) },
      { weight: 1, arbitrary: fc.constant<Pair[]>([]) },
      {
        weight: 1,
        arbitrary: value.map((other): Pair[] => [
          [name, own],
          [name, other],
        ]),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(`${name}[]`, name.toUpperCase(), `${name} `).map((n): Pair[] => [[n, own]]),
      },
    ),
  );
  const name = fc.oneof(fc.constantFrom(...Object.keys(good), ...names, 'x'), hostileText);
  const added = fc.array(fc.tuple(name, value), { maxLength: 2 });
  return fc.tuple(fc.tuple(...kept), added).map(([own, others]) => [...own.flat(), ...others]);
};

const wellFormed = (text: string): string => text.toWellFormed();
const percentEncodedAll = (text: string): string => Buffer.from(text).toString('hex').replace(/../g, '%$&');
/** Raw bytes, except those that would end the request line or the parameter. */
const hardlyEncoded = (text: string): string =>
  Buffer.from(text)
    .toString('latin1')
    .replace(
      /[^\x21\x22\x24\x27-\x2a\x2c-\x3c\x3e-\x7e\x80-\xff]/g,
      (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );

const ENCODERS: readonly ((pairs: readonly Pair[]) => string)[] = [
  (pairs) =>
    new URLSearchParams(
      pairs.map(([name, value]): [string, string] => [wellFormed(name), wellFormed(value)]),
    ).toString(),
  (pairs) => pairs.map((pair) => pair.map(percentEncodedAll).join('=')).join('&'),
  (pairs) => pairs.map((pair) => pair.map(hardlyEncoded).join('=')).join('&'),
];

const DAMAGE = ['&', '&&&', '=', '&=', '%', '&a=%zz', '&a=%ff', '&a=%c3%28', ';a=b', '&a[]=1&a[b]=2', '&__proto__=1'];

/** As `application/x-www-form-urlencoded`, by one of several writings, perhaps damaged. In latin1: one character is a byte. */
export const urlEncoded = (pairs: fc.Arbitrary<readonly Pair[]>): fc.Arbitrary<string> =>
  fc
    .tuple(pairs, fc.nat(9), fc.oneof({ weight: 9, arbitrary: fc.constant('') }, fc.constantFrom(...DAMAGE)))
    .map(([list, writing, damage]) => `${(ENCODERS[writing] ?? ENCODERS[0])?.(list)}${damage}`);

/** A valid object with missing, replaced or additional members, as JSON that may be damaged. In latin1. */
export const jsonDocument = (
  good: Readonly<Record<string, unknown>>,
  { names = [], pool }: { readonly names?: readonly string[]; readonly pool: readonly string[] },
): fc.Arbitrary<string> => {
  const text = anyText(pool);
  const value = fc.oneof(
    text,
    fc.jsonValue({ maxDepth: 3 }),
    fc.array(text, { maxLength: 4 }),
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1e308,
      [[]],
      {},
      Array(300).fill('https://evil.invalid/'),
      'x'.repeat(20_000),
    ),
  );
  const kept = Object.entries(good).map(([name, own]) =>
    fc.oneof(
      { weight: 40, arbitrary: fc.constant<[string, unknown][]>([[name, own]]) },
      { weight: 3, arbitrary: value.map((other): [string, unknown][] => [[name, other]]) },
      { weight: 1, arbitrary: fc.constant<[string, unknown][]>([]) },
      {
        weight: 1,
        arbitrary: value.map((other): [string, unknown][] => [
          [name, own],
          [name, other],
        ]),
      },
    ),
  );
  const name = fc.oneof(fc.constantFrom(...Object.keys(good), ...names, '__proto__', 'constructor'), hostileText);
  const members = fc
    .tuple(fc.tuple(...kept), fc.array(fc.tuple(name, value), { maxLength: 2 }))
    .map(([own, others]) => [...own.flat(), ...others]);
  const written = members.map((list) => `{${list.map(([key, each]) => `${json(key)}:${json(each)}`).join(',')}}`);
  const document = fc.oneof(
    { weight: 25, arbitrary: written },
    {
      weight: 2,
      arbitrary: fc.tuple(written, fc.nat()).map(([whole, cut]) => whole.slice(0, cut % (whole.length + 1))),
    },
    { weight: 1, arbitrary: written.map((whole) => `\uFEFF${whole}`) },
    { weight: 1, arbitrary: written.map((whole) => `${whole},`) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }).map(json) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', 'null', '[]', '""', '0', 'NaN', `${'['.repeat(3000)}${']'.repeat(3000)}`),
    },
    { weight: 1, arbitrary: hostileText },
  );
  const bytes = document.map((each) => Buffer.from(each).toString('latin1'));
  return fc.oneof(
    { weight: 15, arbitrary: bytes },
    bytes.map((each) => each.replace('a', '\xff')),
  );
};

/** Raw members keep `__proto__` and lone surrogates, which an object literal would not. */
const json = (value: unknown): string => JSON.stringify(value) ?? 'null';
