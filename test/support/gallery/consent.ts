import { authorizationQuery, locationOf } from '../authorization/requests.ts';
import {
  APP,
  CLIENT,
  CLIENT_CALLBACK,
  consentOf,
  documentedBy,
  LOOPBACK,
  type PageState,
  PROVEN,
  QUERY,
  remembered,
  state,
  stateOf,
} from './parts.ts';

/** A name with markup, direction overrides, zero-width characters and excessive length. */
const HOSTILE_NAME = `\u202E<b>Сlаudе</b>\u202C "'> by Anthropic \u200B${'W'.repeat(200)}`;
const THEME = { name: 'Example tools', color: '#f2b705', logo: 'logo.svg' };

export const CONSENT_PAGES: readonly PageState[] = [
  state(
    'consent',
    'A client with a metadata document asks for consent',
    200,
    consentOf({}, {}, { client_id: CLIENT, redirect_uri: CLIENT_CALLBACK }),
  ),
  state(
    'consent-providers',
    'The user can choose among several identity providers',
    200,
    consentOf({ providers: ['google', 'github', 'entra'] }, {}, { client_id: CLIENT, redirect_uri: CLIENT_CALLBACK }),
  ),
  state(
    'consent-loopback',
    'The response goes to a program on this computer',
    200,
    consentOf({}, { clientName: 'Visual Studio Code', redirectUris: [LOOPBACK] }),
  ),
  state(
    'consent-app',
    'The response goes to an app',
    200,
    consentOf({}, { clientName: 'Cursor', redirectUris: [APP] }),
  ),
  state(
    'consent-impersonable',
    'Any program on this computer could use the client’s document',
    200,
    documentedBy({ client_id: CLIENT, client_name: 'Claude Code', redirect_uris: [LOOPBACK] }, LOOPBACK),
  ),
  state(
    'consent-other-website',
    'The response goes to a different website than the document’s',
    200,
    documentedBy(
      { client_id: CLIENT, client_name: 'Claude', redirect_uris: ['https://xn--clude-5nf.example/callback'] },
      'https://xn--clude-5nf.example/callback',
    ),
  ),
  state(
    'consent-deceptive-name',
    'The name of the client is deceptive',
    200,
    consentOf({}, { clientName: HOSTILE_NAME }),
  ),
  state('consent-no-name', 'The client has no name', 200, consentOf({}, { clientName: '\u200B \u3164' })),
  state(
    'consent-theme',
    'The operator has set a theme: name, logo, colour',
    200,
    consentOf({ theme: THEME }, {}, { client_id: CLIENT, redirect_uri: CLIENT_CALLBACK }),
  ),
  state(
    'consent-remember',
    'The user can have the consent remembered (`"rememberConsent": true`)',
    200,
    consentOf({ rememberConsent: true }, PROVEN),
  ),
  state(
    'consent-of-another-user',
    'A different user logs in after another user’s consent was remembered',
    403,
    async (languages) => {
      const { gate, browser } = await remembered(languages, 'person-2');
      const sent = await gate.authorize(authorizationQuery(QUERY), browser, { 'sec-fetch-site': 'none' });
      return gate.callback(stateOf(locationOf(sent)), browser);
    },
  ),
];
