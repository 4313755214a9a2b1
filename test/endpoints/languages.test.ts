import { LANGUAGES } from '../../lambdas/core/language.ts';
import { UnavailableError } from '../../lambdas/core/oauth-error.ts';
import { UpstreamError } from '../../lambdas/core/upstream/errors.ts';
import { LOCALES } from '../../lambdas/runtime/pages/locales/locales.ts';
import { AuthorizationHarness } from '../support/authorization/authorization-harness.ts';
import { Browser } from '../support/authorization/browser.ts';
import type { Answer } from '../support/authorization/invoke.ts';
import { authorizationQuery, sealedRequestOf } from '../support/authorization/requests.ts';

/** Text of a page as it reads, markup and entities gone. */
const read = ({ body }: Answer): string =>
  body
    .replace(/<(style|title)>[^<]*<\/\1>/g, '')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe.each(LANGUAGES)('Pages in %s', (language) => {
  const messages = LOCALES[language];
  const open = (options = {}, client = {}) => {
    const gate = new AuthorizationHarness(options);
    gate.addClient(client);
    return { gate, browser: new Browser(`${language}-XX,${language};q=0.9,en;q=0.1`) };
  };
  const expectIn = (answer: Answer, ...said: string[]) => {
    expect(answer.headers).toMatchObject({ 'content-language': language, vary: 'Accept-Language' });
    expect(answer.body).toContain(`<html lang="${language}">`);
    for (const text of said) expect(read(answer)).toContain(text);
  };

  it('the consent page', async () => {
    const { gate, browser } = open(
      {
        requiredScopes: ['mcp', 'email'],
        scopes: { mcp: { description: { en: 'Use it', de: 'Verwenden', fr: 'Utiliser', es: 'Usar' } } },
      },
      { redirectUris: ['cursor://anysphere.cursor-mcp/oauth/callback'] },
    );
    const redirect_uri = 'cursor://anysphere.cursor-mcp/oauth/callback';
    const answer = await gate.authorize(authorizationQuery({ redirect_uri }), browser);
    const { consent, client, scopes } = messages;
    expectIn(
      answer,
      consent.server,
      consent.sendsResponseTo,
      consent.permissions,
      consent.deny,
      consent.chooseAccountNext,
    );
    expectIn(answer, consent.continueWith('Login company'), client.nameUnverified, client.appReceives.lead);
    expectIn(answer, { en: 'Use it', de: 'Verwenden', fr: 'Utiliser', es: 'Usar' }[language], scopes.email);
  });

  it('an unknown client', async () => {
    const { gate, browser } = open();
    const answer = await gate.authorize(authorizationQuery({ client_id: 'unknown' }), browser);
    expectIn(answer, messages.errors.clientUnknown.title, messages.errors.clientUnknown.text);
  });

  it('a form that has expired, was used, or came without the cookie', async () => {
    const { gate, browser } = open();
    const request = sealedRequestOf(await gate.authorize(authorizationQuery(), browser));
    const { formUsed, formExpired, cookieMissing } = messages.errors;
    expectIn(await gate.consent({ request: 'x' }, browser), formExpired.title, formExpired.text);
    expectIn(await gate.consent({ request }, new Browser(language)), cookieMissing.title, cookieMissing.text);
    const state = new URL((await gate.consent({ request, decision: 'approve' }, browser)).headers.location ?? '');
    await gate.callback(new URLSearchParams({ code: 'c', state: state.searchParams.get('state') ?? '' }), browser);
    expectIn(await gate.consent({ request, decision: 'approve' }, browser), formUsed.title, formUsed.text);
  });

  it('a login that is not allowed, that failed, or that never began', async () => {
    const { errors } = messages;
    const answers: [() => never, string][] = [
      [
        () => {
          throw new UnavailableError('the provider');
        },
        errors.loginFailed('Login company').text,
      ],
      [
        () => {
          throw new UpstreamError('misconfigured', 'invalid_client');
        },
        errors.providerNotSetUp('Login company').text,
      ],
      [
        () => {
          throw new UpstreamError('rejected', 'wrong nonce');
        },
        errors.providerNotTrusted('Login company').text,
      ],
    ];
    for (const [answer, text] of answers) {
      const { gate, browser } = open();
      gate.provider().answer = answer;
      const state = (await gate.approve(browser)).searchParams.get('state') ?? '';
      expectIn(await gate.callback(new URLSearchParams({ code: 'c', state }), browser), text);
    }
    const { gate, browser } = open({ access: { emails: ['bob@example.com'] } });
    const state = (await gate.approve(browser)).searchParams.get('state') ?? '';
    const notAllowed = await gate.callback(new URLSearchParams({ code: 'c', state }), browser);
    expectIn(
      notAllowed,
      errors.notAllowed('Login company', 'ada@example.com').text,
      messages.actions.useAnotherAccount,
    );
    const unknown = await gate.callback(new URLSearchParams({ code: 'c', state: 'x' }), browser);
    expectIn(unknown, errors.loginUnknown.title, errors.loginUnknown.text);
  });
});

it('What leaves for a client stays in English: error_description (RFC 6749 §4.1.2.1)', async () => {
  const gate = new AuthorizationHarness();
  gate.addClient();
  const answer = await gate.authorize(authorizationQuery({ response_type: undefined }), new Browser('de'));
  expect(new URL(answer.headers.location ?? '').searchParams.get('error_description')).toBe(
    'The parameter response_type is missing. Send code.',
  );
});

describe('A25 (OpenID Connect Core §3.1.2.1): ui_locales comes before Accept-Language', () => {
  const { errors, consent } = LOCALES.de;
  const query = (overrides = {}) => authorizationQuery({ ui_locales: 'nl de-CH', ...overrides });
  const open = (options = {}) => {
    const gate = new AuthorizationHarness(options);
    gate.addClient();
    return { gate, browser: new Browser('fr') };
  };
  const expectGerman = (answer: Answer, said: string) => {
    expect(answer.headers['content-language']).toBe('de');
    expect(read(answer)).toContain(said);
  };

  it('on the consent page, and on an error of /authorize', async () => {
    const { gate, browser } = open();
    expectGerman(await gate.authorize(query(), browser), consent.deny);
    expectGerman(await gate.authorize(query({ client_id: 'unknown' }), browser), errors.clientUnknown.title);
    const answer = await gate.authorize(query({ ui_locales: 'nl' }), browser);
    expect(answer.headers['content-language']).toBe('fr');
  });

  it('on every error of /consent once the form is known', async () => {
    const { gate, browser } = open();
    const request = sealedRequestOf(await gate.authorize(query(), browser));
    expectGerman(await gate.consent({ request }, browser), errors.requestRefused.title);
    gate.transactions.failing = true;
    expectGerman(await gate.consent({ request, decision: 'approve' }, browser), errors.busy.title);
    expect((await gate.consent({ request: 'x' }, browser)).headers['content-language']).toBe('fr');
  });

  it('on the pages of /callback once the login is known', async () => {
    const { gate, browser } = open({ access: { emails: ['bob@example.com'] } });
    const callback = async () => {
      const state = (await gate.approve(browser, query())).searchParams.get('state') ?? '';
      return await gate.callback(new URLSearchParams({ code: 'c', state }), browser);
    };
    expectGerman(await callback(), errors.notAllowed('Login company', 'ada@example.com').text);
    gate.provider().answer = () => {
      throw new UpstreamError('rejected', 'wrong nonce');
    };
    expectGerman(await callback(), errors.providerNotTrusted('Login company').text);
  });

  it('and it never goes to the provider (#30)', async () => {
    const { gate, browser } = open();
    expect((await gate.approve(browser, query())).search).not.toMatch(/locale|de-CH/);
  });
});
