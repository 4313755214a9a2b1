import type { Theme } from '../../../lambdas/runtime/pages/site.ts';
import { authorizationQuery, locationOf } from '../memory/front-half.ts';
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

/** A name that tries everything: markup, direction overrides, zero width, and no end. */
const HOSTILE_NAME = `\u202E<b>Сlаudе</b>\u202C "'> by Anthropic \u200B${'W'.repeat(200)}`;
export const THEME: Theme = { name: 'Example tools', color: '#f2b705', logo: true };

export const CONSENT_PAGES: readonly PageState[] = [
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
    consentOf({ rememberConsent: true }, PROVEN),
  ),
  state('consent-of-other', 'Somebody else logs in where a consent was remembered', 403, async (languages) => {
    const { gate, browser } = await remembered(languages, 'person-2');
    const sent = await gate.authorize(authorizationQuery(QUERY), browser, { 'sec-fetch-site': 'none' });
    return gate.callback(stateOf(locationOf(sent)), browser);
  }),
];
