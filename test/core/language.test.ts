import { parseUiLocales } from '../../lambdas/core/language.ts';

describe('ui_locales (OpenID Connect Core §3.1.2.1)', () => {
  it.each([
    ['de', 'de'],
    ['de-CH', 'de'],
    ['DE-ch-1996', 'de'],
    ['fr-CA fr en', 'fr'],
    ['nl it es de', 'es'],
    ['  fr', 'fr'],
    ['en', 'en'],
    ['nl', undefined],
    ['de_CH', undefined],
    ['deu', undefined],
    ['*', undefined],
    ['-de', undefined],
    ['', undefined],
    ['constructor', undefined],
    [null, undefined],
  ])('A25: %j asks for %s', (uiLocales, language) => expect(parseUiLocales(uiLocales)).toBe(language));
});
