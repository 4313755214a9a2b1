import * as settings from '../../core/settings.ts';
import { errorPage } from '../pages/message-page.ts';
import { siteOf } from '../pages/site.ts';
import { read } from '../settings.ts';
import { endpointContext } from './context.ts';

/** What every endpoint that shows pages starts with: how the pages look, and the page that shows an error. */
export const pageContext = () => {
  const context = endpointContext();
  const site = siteOf(context.issuer, read(settings.theme));
  return { ...context, site, renderError: errorPage(site) };
};

export type PageContext = Omit<ReturnType<typeof pageContext>, 'renderError'>;
