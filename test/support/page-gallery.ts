import { jsonLog } from '../../lambdas/shared/adapters/json-log.ts';
import type { Client } from '../../lambdas/shared/core/client.ts';
import { UnavailableError } from '../../lambdas/shared/core/oauth-error.ts';
import { UpstreamError } from '../../lambdas/shared/core/upstream-error.ts';
import { endpoint } from '../../lambdas/shared/http/endpoint.ts';
import { errorPage } from '../../lambdas/shared/pages/message-page.ts';
import { siteOf, type Theme } from '../../lambdas/shared/pages/site.ts';
import { welcomeFlow } from '../../lambdas/welcome/handler.ts';
import type { Connector } from '../../lambdas/welcome/install-links.ts';
import {
  type Answer,
  authorizationQuery,
  Browser,
  FrontHalf,
  type FrontHalfOptions,
  ISSUER,
  invoke,
  locationOf,
  PERSON,
  sealedRequestOf,
} from './front-half.ts';
import { redeemedGrant } from './records.ts';

// Every page that a person can come to, answered by the real flows; for looking at, and for measuring.

export interface PageState {
  /** Also the name of its picture. */
  readonly name: string;
  /** When a person sees it. */
  readonly when: string;
  readonly status: number;
  /** With everything open that can be folded. */
  readonly isUnfolded?: boolean;
  /** What its answer is for whoever sends this `Accept-Language`. */
  open(languages: string): Promise<Answer>;
}

const CLIENT = 'https://claude.example/oauth/client.json';
const CLIENT_CALLBACK = 'https://claude.example/api/mcp/auth_callback';
const LOOPBACK = 'http://127.0.0.1:33418/';
const APP = 'cursor://anysphere.cursor-mcp/oauth/callback';

const USUAL: FrontHalfOptions = {
  requiredScopes: ['mcp', 'email'],
  scopes: {
    mcp: {
      description: {
        en: 'Use the tools of this server',
        de: 'Die Werkzeuge dieses Servers verwenden',
        fr: 'Utiliser les outils de ce serveur',
        es: 'Usar las herramientas de este servidor',
      },
    },
  },
  displayNames: { company: 'Example login', google: 'Google', github: 'GitHub', entra: 'Microsoft' },
};

const gateOf = (options: FrontHalfOptions = {}, client: Partial<Client> = {}): FrontHalf => {
  const gate = new FrontHalf({ ...USUAL, ...options });
  gate.addClient({ clientName: 'Example assistant', ...client });
  gate.documents.set(CLIENT, {
    client_id: CLIENT,
    client_name: 'Claude',
    redirect_uris: [CLIENT_CALLBACK],
  });
  return gate;
};

/** Has to prove itself to redeem a code, so that its consent may be remembered. */
const CONFIDENTIAL: Partial<Client> = { tokenEndpointAuthMethods: ['client_secret_post'] };

const QUERY = { scope: 'mcp offline_access' };

const consentOf = (
  options: FrontHalfOptions,
  client: Partial<Client>,
  query: Readonly<Record<string, string | undefined>> = {},
) => {
  const [redirectUri] = client.redirectUris ?? [];
  return (languages: string) =>
    gateOf(options, client).authorize(
      authorizationQuery({ ...QUERY, ...(redirectUri === undefined ? {} : { redirect_uri: redirectUri }), ...query }),
      new Browser(languages),
    );
};

const documentedBy = (document: object | 'down', redirectUri: string) => (languages: string) => {
  const gate = gateOf();
  gate.documents.set(CLIENT, document);
  return gate.authorize(
    authorizationQuery({ ...QUERY, client_id: CLIENT, redirect_uri: redirectUri }),
    new Browser(languages),
  );
};

/** The form, sent by whatever `send` makes of it. */
const formOf =
  (send: (gate: FrontHalf, browser: Browser, request: string) => Promise<Answer>) => async (languages: string) => {
    const gate = gateOf();
    const browser = new Browser(languages);
    const request = sealedRequestOf(await gate.authorize(authorizationQuery(QUERY), browser));
    return send(gate, browser, request);
  };

/** The way back from the provider, after `prepare`. */
const callbackOf =
  (options: FrontHalfOptions, prepare: (gate: FrontHalf) => void, times = 1) =>
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
  (gate: FrontHalf): void => {
    gate.provider().answer = () => {
      throw error;
    };
  };

/** Logged in to `/connections`, with what `connect` made before. */
const connectionsOf = (connect: (gate: FrontHalf) => Promise<void>) => async (languages: string) => {
  const gate = gateOf({ providers: ['company'] });
  await connect(gate);
  const browser = new Browser(languages);
  const location = locationOf(await gate.connections(browser, { idp: 'company' }));
  await gate.callback(stateOf(location), browser);
  return gate.connections(browser);
};

const stateOf = (location: URL): URLSearchParams =>
  new URLSearchParams({ code: 'c', state: location.searchParams.get('state') ?? '' });

/** Somebody who had a consent remembered: their gate, their browser, and their request. */
const remembered = async (languages: string) => {
  const gate = gateOf({ rememberConsent: true, providers: ['company'] }, CONFIDENTIAL);
  const browser = new Browser(languages);
  const query = authorizationQuery(QUERY);
  await gate.callback(stateOf(await gate.approve(browser, query, { idp: 'company', remember: 'yes' })), browser);
  return { gate, browser, query };
};

/** What they see of it among their connections, where they have none any more. */
const rememberedList = async (languages: string): Promise<Answer> => {
  const { gate, browser } = await remembered(languages);
  gate.grants.rows.clear();
  await gate.callback(stateOf(locationOf(await gate.connections(browser, { idp: 'company' }))), browser);
  return gate.connections(browser);
};

/** Somebody else logs in where their consent was remembered. */
const otherPerson = async (languages: string): Promise<Answer> => {
  const { gate, browser, query } = await remembered(languages);
  const sentOn = locationOf(await gate.authorize(query, browser, { 'sec-fetch-site': 'none' }));
  gate.provider().answer = () => ({ ...PERSON, subject: 'somebody else' });
  return gate.callback(stateOf(sentOn), browser);
};

/** Two programs, a day apart. */
const connectTwo = async (gate: FrontHalf): Promise<void> => {
  gate.addClient({ clientId: 'cursor', clientName: 'Cursor', redirectUris: [APP] });
  for (const query of [
    { client_id: CLIENT, redirect_uri: CLIENT_CALLBACK },
    { client_id: 'cursor', redirect_uri: APP, scope: 'mcp' },
  ]) {
    const browser = new Browser();
    await gate.callback(stateOf(await gate.approve(browser, authorizationQuery({ ...QUERY, ...query }))), browser);
    gate.now += 86_400;
  }
  for (const [grantId, grant] of gate.grants.rows) {
    const { family, status } = redeemedGrant().grant;
    if (!family) throw new Error('a redeemed grant has a family');
    const used = { ...family, rotatedAt: gate.now };
    gate.grants.rows.set(grantId, { ...grant, status, family: used, expiresAt: gate.now + 86_400 });
  }
};

const SERVER: Connector = { name: 'Example MCP server', url: `${ISSUER}/mcp` };
const OTHER_SERVER: Connector = { name: 'Tickets', url: `${ISSUER}/tickets/mcp` };

const welcomeOf =
  (connectors: readonly Connector[], theme: Theme = {}) =>
  (languages: string) => {
    const site = siteOf(ISSUER, theme);
    return invoke(endpoint(welcomeFlow({ site, connectors }), { log: jsonLog(), renderError: errorPage(site) }), {
      path: '/',
      headers: { 'accept-language': languages },
    });
  };

/** A name that tries everything: markup, direction overrides, zero width, and no end. */
const HOSTILE_NAME = `\u202E<b>Сlаudе</b>\u202C "'> by Anthropic \u200B${'W'.repeat(200)}`;

export const THEME: Theme = { name: 'Example tools', color: '#f2b705', logo: true };

const state = (name: string, when: string, status: number, open: PageState['open']): PageState => ({
  name,
  when,
  status,
  open,
});

export const PAGES: readonly PageState[] = [
  state('welcome', 'The address is opened in a browser', 200, welcomeOf([SERVER])),
  {
    ...state('welcome-several', 'The same, with several MCP servers, unfolded', 200, welcomeOf([SERVER, OTHER_SERVER])),
    isUnfolded: true,
  },
  state(
    'consent',
    'A program that describes itself by a document asks',
    200,
    consentOf({}, {}, { client_id: CLIENT, redirect_uri: CLIENT_CALLBACK }),
  ),
  state(
    'consent-providers',
    'The same, where people may choose among providers',
    200,
    consentOf({ providers: ['google', 'github', 'entra'] }, {}, { client_id: CLIENT, redirect_uri: CLIENT_CALLBACK }),
  ),
  state(
    'consent-loopback',
    'A program on this computer will get the answer',
    200,
    consentOf({}, { clientName: 'Visual Studio Code', redirectUris: [LOOPBACK] }),
  ),
  state('consent-app', 'An app will get the answer', 200, consentOf({}, { clientName: 'Cursor', redirectUris: [APP] })),
  state(
    'consent-impersonable',
    'Any program on this computer could use this document',
    200,
    documentedBy({ client_id: CLIENT, client_name: 'Claude Code', redirect_uris: [LOOPBACK] }, LOOPBACK),
  ),
  state(
    'consent-other-website',
    'The answer goes to another website than that of the document',
    200,
    documentedBy(
      { client_id: CLIENT, client_name: 'Claude', redirect_uris: ['https://xn--clude-5nf.example/callback'] },
      'https://xn--clude-5nf.example/callback',
    ),
  ),
  state('consent-hostile-name', 'A name that would deceive', 200, consentOf({}, { clientName: HOSTILE_NAME })),
  state('consent-no-name', 'A program without a name', 200, consentOf({}, { clientName: '\u200B \u3164' })),
  state(
    'consent-theme',
    'With a theme of the owner: name, logo, colour',
    200,
    consentOf({ theme: THEME }, {}, { client_id: CLIENT, redirect_uri: CLIENT_CALLBACK }),
  ),
  state(
    'consent-remember',
    'The consent page where consents are remembered (`"rememberConsent": true`)',
    200,
    consentOf({ rememberConsent: true }, CONFIDENTIAL),
  ),
  state('consent-of-other', 'Somebody else logs in where a consent was remembered', 403, otherPerson),
  state('connections-sign-in', 'The way in to my connections', 200, (languages) =>
    gateOf({ providers: ['google', 'github'] }).connections(new Browser(languages)),
  ),
  state('connections', 'My connections: what is connected, and how to end it', 200, connectionsOf(connectTwo)),
  state(
    'connections-none',
    'The same, with nothing connected',
    200,
    connectionsOf(async () => undefined),
  ),
  state('connections-remembered', 'The same, with a consent that is remembered', 200, rememberedList),
  state(
    'not-allowed',
    'Logged in, and no access rule names this person',
    403,
    callbackOf({ access: { emails: ['bob@example.com'] } }, () => undefined),
  ),
  state(
    'not-allowed-unverified',
    'Logged in with an address that the provider has not verified',
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
    'The consent page is sent again after the login',
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
    'form-from-elsewhere',
    'Another website sent the form',
    403,
    formOf((gate, browser, request) => gate.consent({ request }, browser, { origin: 'https://evil.example' })),
  ),
  state('login-unknown', 'An answer of the provider that nobody waits for', 400, (languages) =>
    gateOf().callback(new URLSearchParams({ code: 'c', state: 'x' }), new Browser(languages)),
  ),
  state('login-of-other-browser', 'A login that another browser approved', 403, async (languages) => {
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
    'The way back is taken twice',
    400,
    callbackOf({}, () => undefined, 2),
  ),
  state(
    'provider-unreachable',
    'The identity provider does not answer',
    503,
    callbackOf({}, throwing(new UnavailableError('the identity provider'))),
  ),
  state(
    'provider-not-set-up',
    'The secret of the identity provider is missing or wrong',
    503,
    callbackOf({}, throwing(new UpstreamError('misconfigured', 'invalid_client'))),
  ),
  state(
    'provider-not-trusted',
    'The answer of the identity provider fails its checks',
    403,
    callbackOf({}, throwing(new UpstreamError('rejected', 'wrong nonce'))),
  ),
  state('client-unknown', 'The program’s registration is gone', 400, consentOf({}, {}, { client_id: 'unknown' })),
  state('client-blocked', 'The owner does not let the program in', 403, consentOf({}, { blocked: true })),
  state(
    'client-unreachable',
    'The program’s document cannot be read just now',
    400,
    documentedBy('down', CLIENT_CALLBACK),
  ),
  state('client-not-in-order', 'The program’s document is not accepted', 400, documentedBy({}, CLIENT_CALLBACK)),
  state('request-refused', 'A request that no program should send', 400, consentOf({}, {}, { client_id: undefined })),
  state('busy', 'A part of the service is down', 503, (languages) => {
    const gate = gateOf();
    gate.clients.failing = true;
    return gate.authorize(authorizationQuery(QUERY), new Browser(languages));
  }),
];
