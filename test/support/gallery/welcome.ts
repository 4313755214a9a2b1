import { jsonLog } from '../../../lambdas/runtime/adapters/log.ts';
import { endpoint } from '../../../lambdas/runtime/http/endpoint.ts';
import { errorPage } from '../../../lambdas/runtime/pages/message-page.ts';
import { siteOf } from '../../../lambdas/runtime/pages/site.ts';
import { welcomeHandler } from '../../../lambdas/welcome/handler.ts';
import type { Connector } from '../../../lambdas/welcome/install-links.ts';
import { themeSettings } from '../../../lib/config/theme.ts';
import { invoke } from '../authorization/invoke.ts';
import { ISSUER } from '../authorization/requests.ts';
import { type PageState, state } from './parts.ts';

const SERVER: Connector = { name: 'Example MCP server', url: `${ISSUER}/mcp` };
const OTHER_SERVER: Connector = { name: 'Tickets', url: `${ISSUER}/tickets/mcp` };

const welcomeOf = (connectors: readonly Connector[]) => (languages: string) => {
  const site = siteOf(ISSUER, themeSettings({ theme: {} }));
  return invoke(endpoint(welcomeHandler({ site, connectors }), { log: jsonLog(), renderError: errorPage(site) }), {
    path: '/',
    headers: { 'accept-language': languages },
  });
};

export const WELCOME_PAGES: readonly PageState[] = [
  state('welcome', 'A user opens the address of an MCP server in a browser', 200, welcomeOf([SERVER])),
  {
    ...state(
      'welcome-several',
      'There are several MCP servers; the list is unfolded',
      200,
      welcomeOf([SERVER, OTHER_SERVER]),
    ),
    isUnfolded: true,
  },
];
