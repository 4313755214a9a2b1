import { resourceIdentifier } from '../core/authorization/resources.ts';
import * as settings from '../core/settings.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { errorPage } from '../runtime/pages/message-page.ts';
import { siteOf } from '../runtime/pages/site.ts';
import { read } from '../runtime/settings.ts';
import { welcomeHandler } from './handler.ts';

const issuer = read(settings.issuer);
const site = siteOf(issuer, read(settings.theme));
const connectors = Object.entries(read(settings.servers)).map(([path, { name }]) => ({
  name: name ?? path,
  url: resourceIdentifier(issuer, path),
}));

export const handler = endpoint(welcomeHandler({ site, connectors }), { log: jsonLog(), renderError: errorPage(site) });
