import type { Handler } from '../runtime/http/messages.ts';
import { messagesFor } from '../runtime/pages/locales/locales.ts';
import type { Site } from '../runtime/pages/site.ts';
import type { Connector } from './install-links.ts';
import { welcomePage } from './page.ts';

export interface WelcomeDeps {
  readonly site: Site;
  /** In the order of the configuration. */
  readonly connectors: readonly Connector[];
}

/** Shows the welcome page to a browser that opens the deployment or an MCP server. It needs no session. */
export const welcomeHandler =
  ({ site, connectors }: WelcomeDeps): Handler =>
  async (request) =>
    welcomePage({ site, messages: messagesFor(request), connectors });
