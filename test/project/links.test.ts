import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorsOf, linkTargetsOf } from './markdown.ts';
import { documents, isText, ROOT, repositoryFiles, textOf } from './repository.ts';

/** What is wrong with a link, or undefined. */
const problemOf = (path: string, anchor: string | undefined): string | undefined => {
  if (!existsSync(join(ROOT, path))) return 'there is no such file';
  if (anchor === undefined || !path.endsWith('.md')) return undefined;
  return anchorsOf(textOf(path)).has(anchor) ? undefined : 'the page has no such heading';
};

describe('Links', () => {
  it('from document to document lead to a file, and to a heading of it', () => {
    const links = documents().flatMap((page) =>
      linkTargetsOf(textOf(page))
        .filter((target) => !/^[a-z]+:/.test(target))
        .map((target) => ({ page, target })),
    );
    const broken = links.flatMap(({ page, target }) => {
      const [path = '', anchor] = target.split('#');
      const problem = problemOf(path === '' ? page : normalize(join(dirname(page), path)), anchor);
      return problem ? [`${page}: ${target}: ${problem}`] : [];
    });
    expect(broken).toEqual([]);
    expect(links.length).toBeGreaterThan(100);
  });

  it('from code to a document lead to a file, and to a heading of it', () => {
    const links = repositoryFiles()
      .filter((path) => !path.endsWith('.md') && path !== 'package-lock.json' && isText(path))
      .flatMap((path) =>
        [
          ...textOf(path).matchAll(
            /\b((?:docs|lambdas)\/[\w/-]+\.md|(?:README|CONTRIBUTING|SECURITY)\.md)(?:#([\w-]+))?/g,
          ),
        ].map(([, page = '', anchor]) => ({ path, page, anchor })),
      );
    const broken = links.flatMap(({ path, page, anchor }) => {
      const problem = problemOf(page, anchor);
      return problem ? [`${path}: ${page}${anchor ? `#${anchor}` : ''}: ${problem}`] : [];
    });
    expect(broken).toEqual([]);
    expect(links.length).toBeGreaterThan(10);
  });
});
