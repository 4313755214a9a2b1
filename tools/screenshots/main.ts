import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchChromium } from '../../test/support/browser/chromium.ts';
import { DESKTOP, PHONE, show } from '../../test/support/browser/gallery-browser.ts';
import { PAGES, type PageState } from '../../test/support/browser/page-gallery.ts';
import {
  OTHER_LANGUAGES,
  pagesDocument,
  screenshotPath,
  TRANSLATED_PAGE,
  TRANSLATED_VIEW,
  type View,
} from './pages-document.ts';

// Takes a screenshot of every page that a user can see, and writes docs/pages.md, which shows them.
// With --text-only it writes docs/pages.md and keeps the screenshots.

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

const VIEWS: Readonly<Record<View, BrowserContextOptions>> = {
  'phone-light': { ...PHONE, deviceScaleFactor: 1, colorScheme: 'light' },
  'phone-dark': { ...PHONE, deviceScaleFactor: 1, colorScheme: 'dark' },
  'desktop-light': { ...DESKTOP, colorScheme: 'light' },
  'desktop-dark': { ...DESKTOP, colorScheme: 'dark' },
};

const takeScreenshot = async (
  browser: Browser,
  state: PageState,
  shot: string,
  view: BrowserContextOptions & { languages?: string },
): Promise<void> => {
  const path = screenshotPath(state.name, shot);
  const { page } = await show(browser, state, view);
  await mkdir(dirname(`${DOCS}${path}`), { recursive: true });
  await page.screenshot({ path: `${DOCS}${path}`, fullPage: true });
  await page.context().close();
  console.log(path);
};

const takeScreenshots = async (browser: Browser): Promise<void> => {
  await rm(`${DOCS}screenshots`, { recursive: true, force: true });
  for (const state of PAGES) {
    for (const [view, options] of Object.entries(VIEWS)) await takeScreenshot(browser, state, view, options);
  }
  const translated = PAGES.find(({ name }) => name === TRANSLATED_PAGE);
  if (!translated) throw new Error(`the gallery has no page named ${TRANSLATED_PAGE}`);
  for (const languages of OTHER_LANGUAGES) {
    const options = { ...VIEWS[TRANSLATED_VIEW], languages };
    await takeScreenshot(browser, translated, `${TRANSLATED_VIEW}-${languages}`, options);
  }
};

if (!process.argv.includes('--text-only')) {
  const browser = await launchChromium();
  if (!browser) process.exit(1);
  await takeScreenshots(browser);
  await browser.close();
}
await writeFile(`${DOCS}pages.md`, pagesDocument());
