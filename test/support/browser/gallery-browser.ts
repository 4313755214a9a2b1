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

export type View = BrowserContextOptions & { readonly languages?: string };

/** A browser window that shows pages of the gallery with their headers, one after the other. */
export class GalleryWindow {
  readonly #page: Page;
  readonly #languages: string;
  #answer: Awaited<ReturnType<PageState['open']>> | undefined;
  #complaints: string[] = [];

  private constructor(page: Page, languages: string) {
    this.#page = page;
    this.#languages = languages;
  }

  /** Opens a window in a browser context of its own. No request of it reaches the network. */
  static async open(browser: Browser, { languages = 'en', ...options }: View = {}): Promise<GalleryWindow> {
    const context = await browser.newContext(options);
    const window = new GalleryWindow(await context.newPage(), languages);
    await window.#listen();
    return window;
  }

  async #listen(): Promise<void> {
    this.#page.on('console', (message) => {
      const isOfStatus = message.text().startsWith('Failed to load resource: the server responded with a status of');
      if (['error', 'warning'].includes(message.type()) && !isOfStatus) this.#complaints.push(message.text());
    });
    this.#page.on('pageerror', (error) => this.#complaints.push(error.message));
    await this.#page.context().route('**/*', async (route) => {
      const url = new URL(route.request().url());
      if (url.pathname === LOGO_PATH)
        return route.fulfill({ contentType: 'image/svg+xml', body: readLogo(EXAMPLE_LOGO) });
      if (!route.request().isNavigationRequest()) this.#complaints.push(`asked for ${url}`);
      return route.fulfill({
        status: this.#answer?.status ?? 404,
        headers: this.#answer?.headers ?? {},
        body: this.#answer?.body ?? '',
      });
    });
  }

  async show(state: PageState): Promise<Shown> {
    this.#complaints = [];
    this.#answer = await state.open(this.#languages);
    await this.#page.goto(`${ISSUER}/`);
    // The script is text, since the compiler knows no DOM here.
    if (state.isUnfolded)
      await this.#page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
    return { page: this.#page, complaints: this.#complaints };
  }
}

/** Opens a page of the gallery in a window of its own, which the caller closes with the page's context. */
export const show = async (browser: Browser, state: PageState, view: View = {}): Promise<Shown> =>
  (await GalleryWindow.open(browser, view)).show(state);

export const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  deviceScaleFactor: 2,
};
export const SMALL_PHONE: BrowserContextOptions = { ...PHONE, viewport: { width: 320, height: 568 } };
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
