import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { LANGUAGES } from '../../lambdas/core/language.ts';
import { launchChromium } from '../../test/support/browser/chromium.ts';
import { DESKTOP, PHONE, show } from '../../test/support/browser/gallery-browser.ts';
import { PAGES, type PageState } from '../../test/support/browser/page-gallery.ts';

// Takes a picture of every page that a person can come to, and writes docs/pages.md, which shows them.

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

const VIEWS: Readonly<Record<string, BrowserContextOptions>> = {
  'phone-light': { ...PHONE, deviceScaleFactor: 1, colorScheme: 'light' },
  'phone-dark': { ...PHONE, deviceScaleFactor: 1, colorScheme: 'dark' },
  'desktop-light': { ...DESKTOP, colorScheme: 'light' },
  'desktop-dark': { ...DESKTOP, colorScheme: 'dark' },
};

const picture = async (
  browser: Browser,
  state: PageState,
  file: string,
  view: BrowserContextOptions & { languages?: string },
): Promise<void> => {
  const { page } = await show(browser, state, view);
  await page.screenshot({ path: `${DOCS}screenshots/${file}`, fullPage: true });
  await page.context().close();
  console.log(file);
};

const image = (file: string, width: number): string =>
  `<img src="screenshots/${file}" width="${width}" alt="${file.replace('.png', '').replaceAll('-', ' ')}">`;

const sectionOf = (state: PageState): string => `## ${state.name}

${state.when}.

${Object.keys(VIEWS)
  .map((view) => image(`${state.name}-${view}.png`, view.startsWith('phone') ? 200 : 400))
  .join('\n')}
`;

const browser = await launchChromium();
if (!browser) process.exit(1);
await rm(`${DOCS}screenshots`, { recursive: true, force: true });
await mkdir(`${DOCS}screenshots`);
for (const state of PAGES) {
  for (const [view, options] of Object.entries(VIEWS))
    await picture(browser, state, `${state.name}-${view}.png`, options);
}
const consent = PAGES.find(({ name }) => name === 'consent');
const others = LANGUAGES.filter((language) => language !== 'en');
if (consent) {
  for (const languages of others) {
    await picture(browser, consent, `consent-in-${languages}.png`, { ...VIEWS['phone-light'], languages });
  }
}
await browser.close();
await writeFile(
  `${DOCS}pages.md`,
  `# The pages that people see

Made by \`npm run screenshots\` from the flows themselves, in Chromium, on a phone of 360 pixels and on a desktop, light and dark.
Every page is in the language that the browser asks for: ${LANGUAGES.join(', ')}.

${PAGES.map(sectionOf).join('\n')}
## In other languages

${others.map((language) => image(`consent-in-${language}.png`, 200)).join(' ')}
`,
);
