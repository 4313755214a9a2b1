import type { Client } from '../../../lambdas/core/clients/client.ts';
import { AuthorizationHarness } from '../authorization/authorization-harness.ts';
import { Browser } from '../authorization/browser.ts';
import type { AuthorizationHarnessOptions } from '../authorization/handlers.ts';
import type { Answer } from '../authorization/invoke.ts';
import { authorizationQuery } from '../authorization/requests.ts';
import { PERSON } from '../authorization/scripted-idp.ts';

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

const USUAL: AuthorizationHarnessOptions = {
  requiredScopes: ['mcp', 'email'],
  scopes: {
    mcp: {
      description: {
        en: 'Use the tools of this server',
        de: 'Die Tools dieses Servers verwenden',
        fr: 'Utiliser les outils de ce serveur',
        es: 'Usar las herramientas de este servidor',
      },
    },
  },
  displayNames: { company: 'Example login', google: 'Google', github: 'GitHub', entra: 'Microsoft' },
};

/** An authorization server that knows one registered client, and the metadata document of another. */
export const gateOf = (
  options: AuthorizationHarnessOptions = {},
  client: Partial<Client> = {},
): AuthorizationHarness => {
  const gate = new AuthorizationHarness({ ...USUAL, ...options });
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

/** The response of /authorize for a stored client, or for the client that the query names. */
export const consentOf = (
  options: AuthorizationHarnessOptions,
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

/** The response of /authorize for a client with this metadata document. */
export const documentedBy = (document: object | 'down', redirectUri: string) => (languages: string) => {
  const gate = gateOf();
  gate.documents.set(CLIENT, document);
  return gate.authorize(
    authorizationQuery({ ...QUERY, client_id: CLIENT, redirect_uri: redirectUri }),
    new Browser(languages),
  );
};

/** The callback parameters of a provider to which this URL led. */
export const stateOf = (location: URL): URLSearchParams =>
  new URLSearchParams({ code: 'c', state: location.searchParams.get('state') ?? '' });

/** A client that authenticates, since consent is remembered for such clients only. */
export const PROVEN: Partial<Client> = { tokenEndpointAuthMethods: ['client_secret_post'] };

/** A browser that remembers PERSON's consent, and a provider that now answers with `subject`. */
export const remembered = async (languages: string, subject: string) => {
  const gate = gateOf({ rememberConsent: true }, PROVEN);
  const browser = new Browser(languages);
  const form = { decision: 'approve', remember: 'yes' };
  await gate.callback(stateOf(await gate.approve(browser, authorizationQuery(QUERY), form)), browser);
  gate.provider().answer = () => ({ ...PERSON, subject });
  return { gate, browser };
};
