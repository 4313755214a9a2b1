import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Normalizes the quotes in code and documents. */
const plain = (text: string): string => text.replaceAll(/\\(['"`])/g, '$1').replaceAll('’', "'");

/** The text of a test file, and of the files in a folder of the same name; empty if there are none. */
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

  /** Each `folder/file` in the tables, with the parts of titles that follow it. */
  const references = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => [...line.matchAll(/`([\w-]+(?:\/[\w-]+)+)`((?:[^`|]|`(?![\w-]+(?:\/[\w-]+)+`))*)/g)])
    .filter(([, file = '']) => existsSync(join(ROOT, 'test', file.split('/')[0] ?? '')))
    .flatMap(([, file = '', rest = '']) =>
      [...rest.matchAll(/“([^”]+)”/g)].map(([, title = '']): [string, string] => [file, title]),
    );

  it('names tests that exist', () => {
    const missing = references.filter(([file, title]) => !textOf(file).includes(plain(title)));
    expect(missing.map(([file, title]) => `${file} “${title}”`)).toEqual([]);
    expect(references.length).toBeGreaterThanOrEqual(leastTests);
  });

  it('names code that exists', () => {
    const files = [...page.matchAll(/`((?:lib|tools|[a-z-]+\/)[\w/-]*(?:\.ts|\/))`/g)].map(([, file = '']) => file);
    const missing = files.filter((file) => !existsSync(join(ROOT, file)) && !existsSync(join(ROOT, 'lambdas', file)));
    expect([files.length >= leastFiles, missing]).toEqual([true, []]);
  });
});
