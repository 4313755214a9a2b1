import { resourceIdentifier } from '../core/authorization/resources.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { errorPage } from '../runtime/pages/message-page.ts';
import { siteOf } from '../runtime/pages/site.ts';
import * as config from '../runtime/settings.ts';
import { welcomeHandler } from './handler.ts';

const issuer = config.issuer();
const site = siteOf(issuer, config.theme());

const connectors = Object.entries(config.servers()).map(([path, { name }]) => ({
  name: name ?? path,
  url: resourceIdentifier(issuer, path),
}));

export const handler = endpoint(welcomeHandler({ site, connectors }), { log: jsonLog(), renderError: errorPage(site) });
