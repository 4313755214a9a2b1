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
  cookies: {},
  body: '',
  requestId: 'request-1',
});

/** Every text of a catalogue by its path, with markers where a name from outside goes. */
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

describe('Words', () => {
  const english = new Map(texts(LOCALES.en).map(([path, text]) => [path, text]));
  const others = LANGUAGES.filter((language) => language !== 'en');

  it.each(LANGUAGES)('%s says everything, and loses no name', (language) => {
    const said = texts(LOCALES[language]);
    expect(said.map(([path]) => path).sort()).toEqual([...english.keys()].sort());
    for (const [path, text, markers] of said) {
      for (const marker of markers) expect([path, text]).toEqual([path, expect.stringContaining(marker)]);
      expect([path, text]).toEqual([path, expect.stringMatching(/^\S(?:.*\S)?$/s)]);
      expect([path, text]).toEqual([path, expect.not.stringMatching(/ {2}|undefined|\[object/)]);
    }
  });

  it.each(others)('%s leaves nothing in English', (language) => {
    const same = texts(LOCALES[language]).filter(([path, text]) => english.get(path) === text);
    expect(same).toEqual([]);
  });

  it.each(LANGUAGES)('%s names an account that has no address', (language) => {
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
  ])('%j is answered in %s', (languages, expected) => expect(languageOf(request(languages))).toBe(expected));
});

describe('Message pages', () => {
  const site = siteOf('https://gate.example.com', themeSettings({ theme: {} }));
  const errors = [
    new PageError('invalid_request', ({ errors }) => errors.formExpired),
    new OAuthError('invalid_request', 'client_id is missing.'),
    new OAuthError('server_error', 'Something failed on our side. Your request was not at fault.'),
    new OAuthError('temporarily_unavailable', 'The service is busy or a part of it is down. Try again shortly.'),
  ];

  it.each(LANGUAGES)('say in %s which language they are in', (language) => {
    for (const method of ['GET', 'POST']) {
      for (const error of errors) {
        const { headers, body } = errorPage(site)(error, request(language, method));
        expect(headers).toMatchObject({ 'content-language': language, vary: 'Accept-Language' });
        expect(body).toContain(`<html lang="${language}">`);
        expect(body).toContain('<code>request-1</code>');
      }
    }
  });

  it('mark what stays in the English of the protocol, and word what is ours', () => {
    const [, refused, failed, busy] = errors.map((error) => errorPage(site)(error, request('de')).body ?? '');
    expect(refused).toContain('<span lang="en">client_id is missing.</span>');
    for (const body of [failed, busy]) expect(body).not.toMatch(/on our side|Try again/);
  });
});

describe('Words of a scope', () => {
  const { en, de, fr } = LOCALES;

  it('come from the configuration, in the language or else in English', () => {
    const scopes = { mcp: { description: { en: 'Use the tools', de: 'Die Werkzeuge verwenden' } } };
    expect([en, de, fr].map((messages) => describeScope('mcp', scopes, messages))).toEqual([
      'Use the tools',
      'Die Werkzeuge verwenden',
      'Use the tools',
    ]);
    expect(describeScope('mcp', { mcp: { description: 'Use the tools' } }, de)).toBe('Use the tools');
  });

  it('are ours for what needs no configuration, unless that words it', () => {
    expect(describeScope('email', {}, en)).toBe('See your e-mail address');
    expect(describeScope('email', { email: {} }, de)).toBe('Ihre E-Mail-Adresse sehen');
    expect(describeScope('email', { email: { description: 'Write to you' } }, de)).toBe('Write to you');
  });

  it('are its name where nobody wrote any, and never of the prototype', () => {
    expect(describeScope('mcp:read', { 'mcp:read': {} }, en)).toBe('mcp:read');
    expect(['toString', '__proto__'].map((scope) => describeScope(scope, {}, en))).toEqual(['toString', '__proto__']);
  });
});
