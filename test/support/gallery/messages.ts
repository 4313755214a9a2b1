import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { UpstreamError } from '../../../lambdas/core/upstream/errors.ts';
import type { AuthorizationHarness } from '../authorization/authorization-harness.ts';
import { Browser } from '../authorization/browser.ts';
import type { AuthorizationHarnessOptions } from '../authorization/handlers.ts';
import type { Answer } from '../authorization/invoke.ts';
import { authorizationQuery, locationOf, sealedRequestOf } from '../authorization/requests.ts';
import { PERSON } from '../authorization/scripted-idp.ts';
import { CLIENT_CALLBACK, consentOf, documentedBy, gateOf, type PageState, QUERY, state } from './parts.ts';

/** The form of the consent page, as `send` submits it. */
const formOf =
  (send: (gate: AuthorizationHarness, browser: Browser, request: string) => Promise<Answer>) =>
  async (languages: string) => {
    const gate = gateOf();
    const browser = new Browser(languages);
    const request = sealedRequestOf(await gate.authorize(authorizationQuery(QUERY), browser));
    return send(gate, browser, request);
  };

/** The response to the provider's callback, after `prepare`. */
const callbackOf =
  (options: AuthorizationHarnessOptions, prepare: (gate: AuthorizationHarness) => void, times = 1) =>
  async (languages: string) => {
    const gate = gateOf(options);
    const browser = new Browser(languages);
    const state = (await gate.approve(browser, authorizationQuery(QUERY))).searchParams.get('state') ?? '';
    prepare(gate);
    let binding = new Map(browser.cookies);
    const come = async () => {
      for (const [name, value] of binding) browser.cookies.set(name, value);
      return gate.callback(new URLSearchParams({ code: 'code', state }), browser);
    };
    for (let n = 1; n < times; n += 1) await come();
    binding = new Map([...binding, ...browser.cookies]);
    return come();
  };

const throwing =
  (error: Error) =>
  (gate: AuthorizationHarness): void => {
    gate.provider().answer = () => {
      throw error;
    };
  };

export const MESSAGE_PAGES: readonly PageState[] = [
  state(
    'not-allowed',
    'The user has logged in, but no access rule allows them',
    403,
    callbackOf({ access: { emails: ['bob@example.com'] } }, () => undefined),
  ),
  state(
    'not-allowed-unverified',
    'The provider has not verified the user’s address',
    403,
    callbackOf({ access: { emails: ['ada@example.com'] } }, (gate) => {
      gate.provider().answer = () => ({ ...PERSON, emailVerified: false });
    }),
  ),
  state(
    'form-expired',
    'The consent page was open for too long',
    400,
    formOf((gate, browser) => gate.consent({ request: 'x' }, browser)),
  ),
  state(
    'form-used',
    'The consent page is submitted again after the login',
    400,
    formOf(async (gate, browser, request) => {
      const location = locationOf(await gate.consent({ request, decision: 'approve' }, browser));
      const login = new URLSearchParams({ code: 'c', state: location.searchParams.get('state') ?? '' });
      await gate.callback(login, browser);
      return gate.consent({ request, decision: 'approve' }, browser);
    }),
  ),
  state(
    'cookies-missing',
    'The browser sends no cookies',
    403,
    formOf((gate, { languages }, request) => gate.consent({ request }, new Browser(languages))),
  ),
  state(
    'form-from-another-site',
    'Another website submits the form',
    403,
    formOf((gate, browser, request) => gate.consent({ request }, browser, { origin: 'https://evil.example' })),
  ),
  state('login-unknown', 'The provider’s response belongs to no known login', 400, (languages) =>
    gateOf().callback(new URLSearchParams({ code: 'c', state: 'x' }), new Browser(languages)),
  ),
  state('login-of-another-browser', 'The login was approved in another browser', 403, async (languages) => {
    const gate = gateOf();
    const state = (await gate.approve(new Browser(), authorizationQuery(QUERY))).searchParams.get('state') ?? '';
    return gate.callback(new URLSearchParams({ code: 'c', state }), new Browser(languages));
  }),
  state(
    'login-expired',
    'The login took too long',
    400,
    callbackOf({}, (gate) => {
      gate.now += 3600;
    }),
  ),
  state(
    'login-used',
    'The provider’s response arrives a second time',
    400,
    callbackOf({}, () => undefined, 2),
  ),
  state(
    'provider-unreachable',
    'The identity provider does not respond',
    503,
    callbackOf({}, throwing(new UnavailableError('the identity provider'))),
  ),
  state(
    'provider-not-set-up',
    'The identity provider’s secret is missing or wrong',
    503,
    callbackOf({}, throwing(new UpstreamError('misconfigured', 'invalid_client'))),
  ),
  state(
    'provider-not-trusted',
    'The identity provider’s response fails a check',
    403,
    callbackOf({}, throwing(new UpstreamError('rejected', 'wrong nonce'))),
  ),
  state(
    'client-unknown',
    'The client’s registration no longer exists',
    400,
    consentOf({}, {}, { client_id: 'unknown' }),
  ),
  state('client-blocked', 'The operator has blocked the client', 403, consentOf({}, { blocked: true })),
  state(
    'client-unreachable',
    'The client’s document cannot be fetched at the moment',
    400,
    documentedBy('down', CLIENT_CALLBACK),
  ),
  state('client-document-invalid', 'The client’s document is invalid', 400, documentedBy({}, CLIENT_CALLBACK)),
  state('request-refused', 'The client’s request is invalid', 400, consentOf({}, {}, { client_id: undefined })),
  state('busy', 'A part of the service is down', 503, (languages) => {
    const gate = gateOf();
    gate.clients.failing = true;
    return gate.authorize(authorizationQuery(QUERY), new Browser(languages));
  }),
];
