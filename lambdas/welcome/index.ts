import { jsonLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { resourceIdentifier } from '../shared/core/resources.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { errorPage } from '../shared/pages/message-page.ts';
import { siteOf } from '../shared/pages/site.ts';
import { welcomeFlow } from './handler.ts';

const issuer = config.issuer();
const site = siteOf(issuer, config.theme());

const connectors = Object.entries(config.servers()).map(([path, { name }]) => ({
  name: name ?? path,
  url: resourceIdentifier(issuer, path),
}));

export const handler = endpoint(welcomeFlow({ site, connectors }), { log: jsonLog(), renderError: errorPage(site) });
