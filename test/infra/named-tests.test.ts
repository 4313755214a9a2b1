import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Titles as they stand in the code, in any kind of quotes. */
const plain = (text: string): string => text.replaceAll(/\\(['"`])/g, '$1').replaceAll('’', "'");

/** The text of a test file, with the folder of its cases where there is one of that name; empty when it is not there. */
const textOf = (file: string): string => {
  const path = join(ROOT, 'test', file);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const files = [
    `${path}.test.ts`,
    `${path}.stress.ts`,
    ...(isFolder ? readdirSync(path).map((name) => join(path, name)) : []),
  ];
  return plain(files.map((each) => (existsSync(each) ? readFileSync(each, 'utf8') : '')).join('\n'));
};

describe.each([
  ['threat-model', { leastTests: 101, leastFiles: 21 }],
  ['conformance', { leastTests: 101, leastFiles: 21 }],
  ['deviations', { leastTests: 5, leastFiles: 0 }],
] as const)('docs/%s.md', (name, { leastTests, leastFiles }) => {
  const page = readFileSync(join(ROOT, `docs/${name}.md`), 'utf8');

  /** Each `folder/file` of the tables, with the parts of titles that stand behind it. */
  const references = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => [...line.matchAll(/`([\w-]+(?:\/[\w-]+)+)`((?:[^`|]|`(?![\w-]+(?:\/[\w-]+)+`))*)/g)])
    .filter(([, file = '']) => existsSync(join(ROOT, 'test', file.split('/')[0] ?? '')))
    .flatMap(([, file = '', rest = '']) =>
      [...rest.matchAll(/“([^”]+)”/g)].map(([, title = '']): [string, string] => [file, title]),
    );

  it('names tests that are there', () => {
    const missing = references.filter(([file, title]) => !textOf(file).includes(plain(title)));
    expect(missing.map(([file, title]) => `${file} “${title}”`)).toEqual([]);
    expect(references.length).toBeGreaterThanOrEqual(leastTests);
  });

  it('names code that is there', () => {
    const files = [...page.matchAll(/`((?:lib|tools|[a-z-]+\/)[\w/-]*(?:\.ts|\/))`/g)].map(([, file = '']) => file);
    const missing = files.filter((file) => !existsSync(join(ROOT, file)) && !existsSync(join(ROOT, 'lambdas', file)));
    expect([files.length >= leastFiles, missing]).toEqual([true, []]);
  });
});
