import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { LOGO_PATH } from '../../../lambdas/runtime/pages/site.ts';
import { readLogo } from '../../../lib/config/theme.ts';
import { ISSUER } from '../authorization/requests.ts';
import type { PageState } from './page-gallery.ts';

export const EXAMPLE_LOGO = fileURLToPath(new URL('../../../tools/screenshots/example-logo.svg', import.meta.url));

/** A page, and the errors that the browser reported: scripts, blocked resources, CSP. */
export interface Shown {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Opens a page of the gallery with its headers, in a browser context of its own. No request reaches the network. */
export const show = async (
  browser: Browser,
  state: PageState,
  options: BrowserContextOptions & { readonly languages?: string } = {},
): Promise<Shown> => {
  const { languages = 'en', ...contextOptions } = options;
  const context = await browser.newContext(contextOptions);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isOfStatus = message.text().startsWith('Failed to load resource: the server responded with a status of');
    if (['error', 'warning'].includes(message.type()) && !isOfStatus) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  const answer = await state.open(languages);
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    if (url.pathname === LOGO_PATH)
      return route.fulfill({ contentType: 'image/svg+xml', body: readLogo(EXAMPLE_LOGO) });
    if (!route.request().isNavigationRequest()) complaints.push(`asked for ${url}`);
    return route.fulfill({ status: answer.status, headers: answer.headers, body: answer.body });
  });
  await page.goto(`${ISSUER}/`);
  // The script is text, since the compiler knows no DOM here.
  if (state.isUnfolded)
    await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
  return { page, complaints };
};

export const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  deviceScaleFactor: 2,
};
export const SMALL_PHONE: BrowserContextOptions = { ...PHONE, viewport: { width: 320, height: 568 } };
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
