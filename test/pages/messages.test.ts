import { LANGUAGES, type Language } from '../../lambdas/core/language.ts';
import { OAuthError } from '../../lambdas/core/oauth-error.ts';
import { languageOf } from '../../lambdas/runtime/http/language.ts';
import type { HttpRequest } from '../../lambdas/runtime/http/messages.ts';
import { Html } from '../../lambdas/runtime/pages/html.ts';
import { LOCALES } from '../../lambdas/runtime/pages/locales/locales.ts';
import { errorPage, PageError } from '../../lambdas/runtime/pages/message-page.ts';
import { describeScope } from '../../lambdas/runtime/pages/scope-labels.ts';
import { siteOf } from '../../lambdas/runtime/pages/site.ts';
import { themeSettings } from '../../lib/config/theme.ts';

const request = (languages?: string | readonly string[], method = 'GET'): HttpRequest => ({
  method,
  path: '/authorize',
  pathParameters: {},
  query: new URLSearchParams(),
  headers: new Map(languages === undefined ? [] : [['accept-language', [languages].flat()]]),
  body: '',
  requestId: 'request-1',
});

/** Every text of a locale by its path, with markers in place of names from outside. */
const texts = (value: unknown, path = ''): [path: string, text: string, markers: readonly string[]][] => {
  if (typeof value === 'function') {
    const markers = ['MARKER1', 'MARKER2'].slice(0, value.length);
    const made = texts(value(...markers), path);
    return [[path, made.map(([, text]) => text).join(' '), markers]];
  }
  if (typeof value === 'string') return [[path, value, []]];
  if (value instanceof Html) return [[path, value.text, []]];
  return Object.entries(value as object).flatMap(([name, inner]) => texts(inner, `${path}.${name}`));
};

/** The words that a language shares with English. */
const SAME_AS_ENGLISH: Partial<Record<Language, string>> = { de: 'Server', fr: 'Application' };

describe('Locales', () => {
  const english = new Map(texts(LOCALES.en).map(([path, text]) => [path, text]));
  const others = LANGUAGES.filter((language) => language !== 'en');

  it.each(LANGUAGES)('%s has every text, and keeps every name', (language) => {
    const said = texts(LOCALES[language]);
    expect(said.map(([path]) => path).sort()).toEqual([...english.keys()].sort());
    for (const [path, text, markers] of said) {
      for (const marker of markers) expect([path, text]).toEqual([path, expect.stringContaining(marker)]);
      expect([path, text]).toEqual([path, expect.stringMatching(/^\S(?:.*\S)?$/s)]);
      expect([path, text]).toEqual([path, expect.not.stringMatching(/ {2}|undefined|\[object/)]);
    }
  });

  it.each(others)('%s has no text left in English', (language) => {
    const same = texts(LOCALES[language]).filter(
      ([path, text]) => english.get(path) === text && SAME_AS_ENGLISH[language] !== text,
    );
    expect(same).toEqual([]);
  });

  it.each(LANGUAGES)('%s describes an account without an email address', (language) => {
    expect(LOCALES[language].errors.notAllowed('Google', undefined).text).not.toContain('undefined');
  });
});

describe('Language of a page (RFC 9110 §12.5.4)', () => {
  it.each<[string | readonly string[] | undefined, Language]>([
    [undefined, 'en'],
    ['', 'en'],
    ['*', 'en'],
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE-ch', 'de'],
    ['es-419,es;q=0.9,en;q=0.8', 'es'],
    ['ja,fr;q=0.5,en;q=0.4', 'fr'],
    ['ja', 'en'],
    ['en;q=0.3,fr;q=0.2,de;q=0.9', 'de'],
    ['de;q=0,fr', 'fr'],
    [['ja', 'fr-CA'], 'fr'],
    ['__proto__,constructor,toString', 'en'],
    [`${'x,'.repeat(4000)}de`, 'de'],
    ['de;q=x;;,,;=\u0000\uFFFD', 'en'],
  ])('Accept-Language %j gives %s', (languages, expected) => expect(languageOf(request(languages))).toBe(expected));
});

describe('Message pages', () => {
  const site = siteOf('https://gate.example.com', themeSettings({ theme: {} }));
  const errors = [
    new PageError('invalid_request', ({ errors }) => errors.formExpired),
    new OAuthError('invalid_request', 'client_id is missing.'),
    new OAuthError('server_error', 'Something failed on our side. Your request was not at fault.'),
    new OAuthError('temporarily_unavailable', 'The service is busy or a part of it is down. Try again shortly.'),
  ];

  it.each(LANGUAGES)('declare their language in %s', (language) => {
    for (const method of ['GET', 'POST']) {
      for (const error of errors) {
        const { headers, body } = errorPage(site)(error, request(language, method));
        expect(headers).toMatchObject({ 'content-language': language, vary: 'Accept-Language' });
        expect(body).toContain(`<html lang="${language}">`);
        expect(body).toContain('<code>request-1</code>');
      }
    }
  });

  it('mark protocol errors as English, and translate our own', () => {
    const [, refused, failed, busy] = errors.map((error) => errorPage(site)(error, request('de')).body ?? '');
    expect(refused).toContain('<span lang="en">client_id is missing.</span>');
    for (const body of [failed, busy]) expect(body).not.toMatch(/on (our side|this server)|Try again/);
  });
});

describe('Label of a scope', () => {
  const { en, de, fr } = LOCALES;

  it('comes from the configuration, in the page’s language or in English', () => {
    const scopes = { mcp: { description: { en: 'Use the tools', de: 'Die Werkzeuge verwenden' } } };
    expect([en, de, fr].map((messages) => describeScope('mcp', scopes, messages))).toEqual([
      'Use the tools',
      'Die Werkzeuge verwenden',
      'Use the tools',
    ]);
    expect(describeScope('mcp', { mcp: { description: 'Use the tools' } }, de)).toBe('Use the tools');
  });

  it('is ours for a standard scope, unless the configuration describes it', () => {
    expect(describeScope('email', {}, en)).toBe('See your email address');
    expect(describeScope('email', { email: {} }, de)).toBe('Ihre E-Mail-Adresse sehen');
    expect(describeScope('email', { email: { description: 'Write to you' } }, de)).toBe('Write to you');
  });

  it('is the scope’s name if there is no description, and never comes from the prototype', () => {
    expect(describeScope('mcp:read', { 'mcp:read': {} }, en)).toBe('mcp:read');
    expect(['toString', '__proto__'].map((scope) => describeScope(scope, {}, en))).toEqual(['toString', '__proto__']);
  });
});
