import { readFileSync } from 'node:fs';
import { LANGUAGES } from '../../lambdas/core/language.ts';
import { PAGES } from '../support/browser/page-gallery.ts';

describe.each(PAGES)('$name', ({ status, open }) => {
  it.each(LANGUAGES)('is a page in %s', async (language) => {
    const answer = await open(language);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    expect(answer.headers['content-language']).toBe(language);
    // As words: random values of links may contain these letters.
    expect(answer.body).not.toMatch(/(?<![\w-])(undefined|NaN)(?![\w-])|\[object /);
    expect(answer.body.match(/<h1>/g)).toHaveLength(1);
  });
});

it('docs/pages.md shows every page: npm run screenshots', () => {
  const shown = readFileSync(new URL('../../docs/pages.md', import.meta.url), 'utf8');
  expect(PAGES.filter(({ name }) => !shown.includes(`screenshots/${name}/phone-light.png`))).toEqual([]);
});
