import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');

/** Each `folder/file` of the page's tables, with the parts of titles that stand behind it. */
const references = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .flatMap((line) => line.split(' | ').slice(2))
  .flatMap((cell) => [...cell.matchAll(/`([\w-]+\/[\w-]+)`((?:[^`]|`(?![\w-]+\/[\w-]+`))*)/g)])
  .filter(([, file = '']) => existsSync(join(ROOT, 'test', file.split('/')[0] ?? '')))
  .flatMap(([, file = '', rest = '']) =>
    [...rest.matchAll(/“([^”]+)”/g)].map(([, title = '']): [string, string] => [file, title]),
  );

/** Titles as they stand in the code, whatever quotes and placeholders they are written with. */
const plain = (text: string): string => text.replaceAll(/\\(['"`])/g, '$1').replaceAll('’', "'");

describe('docs/threat-model.md', () => {
  it('names tests', () => {
    expect(references.length).toBeGreaterThan(100);
  });

  it('and every one of them is there', () => {
    const missing = references.filter(([file, title]) => {
      const path = join(ROOT, 'test', `${file}.test.ts`);
      return !existsSync(path) || !plain(readFileSync(path, 'utf8')).includes(plain(title));
    });
    expect(missing.map(([file, title]) => `${file} “${title}”`)).toEqual([]);
  });

  it('names code that is there', () => {
    const files = [...page.matchAll(/`((?:lib|tools|[a-z-]+\/)[\w/-]*(?:\.ts|\/))`/g)].map(([, file = '']) => file);
    const missing = files.filter((file) => !existsSync(join(ROOT, file)) && !existsSync(join(ROOT, 'lambdas', file)));
    expect([files.length > 50, missing]).toEqual([true, []]);
  });
});
