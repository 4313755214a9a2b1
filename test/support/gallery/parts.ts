import type { Client } from '../../../lambdas/core/clients/client.ts';
import {
  type Answer,
  authorizationQuery,
  Browser,
  FrontHalf,
  type FrontHalfOptions,
  PERSON,
} from '../memory/front-half.ts';

export interface PageState {
  /** Also the folder of its screenshots. */
  readonly name: string;
  /** When a user sees it: a sentence without its full stop. */
  readonly when: string;
  readonly status: number;
  /** Whether everything that can be folded is open. */
  readonly isUnfolded?: boolean;
  /** The response to a request with this `Accept-Language`. */
  open(languages: string): Promise<Answer>;
}

export const CLIENT = 'https://claude.example/oauth/client.json';
export const CLIENT_CALLBACK = 'https://claude.example/api/mcp/auth_callback';
export const LOOPBACK = 'http://127.0.0.1:33418/';
export const APP = 'cursor://anysphere.cursor-mcp/oauth/callback';

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

/** A gate that knows one registered client, and the document of another. */
export const gateOf = (options: FrontHalfOptions = {}, client: Partial<Client> = {}): FrontHalf => {
  const gate = new FrontHalf({ ...USUAL, ...options });
  gate.addClient({ clientName: 'Example assistant', ...client });
  gate.documents.set(CLIENT, {
    client_id: CLIENT,
    client_name: 'Claude',
    redirect_uris: [CLIENT_CALLBACK],
  });
  return gate;
};

export const QUERY = { scope: 'mcp offline_access' };

export const state = (name: string, when: string, status: number, open: PageState['open']): PageState => ({
  name,
  when,
  status,
  open,
});

/** The answer of /authorize to a client that is stored, or to whichever the query names. */
export const consentOf = (
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

/** The same, for the client of a document. */
export const documentedBy = (document: object | 'down', redirectUri: string) => (languages: string) => {
  const gate = gateOf();
  gate.documents.set(CLIENT, document);
  return gate.authorize(
    authorizationQuery({ ...QUERY, client_id: CLIENT, redirect_uri: redirectUri }),
    new Browser(languages),
  );
};

/** What comes back from a provider to which this URL led. */
export const stateOf = (location: URL): URLSearchParams =>
  new URLSearchParams({ code: 'c', state: location.searchParams.get('state') ?? '' });

/** A client that proves who it is: only of those a consent may be remembered. */
export const PROVEN: Partial<Client> = { tokenEndpointAuthMethods: ['client_secret_post'] };

/** In a browser that remembers PERSON's consent, at a provider that will now say `subject`. */
export const remembered = async (languages: string, subject: string) => {
  const gate = gateOf({ rememberConsent: true }, PROVEN);
  const browser = new Browser(languages);
  const form = { decision: 'approve', remember: 'yes' };
  await gate.callback(stateOf(await gate.approve(browser, authorizationQuery(QUERY), form)), browser);
  gate.provider().answer = () => ({ ...PERSON, subject });
  return { gate, browser };
};
