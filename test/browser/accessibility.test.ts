import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.ts';
import { DESKTOP, GalleryWindow, PHONE, SMALL_PHONE, show, type View } from '../support/browser/gallery-browser.ts';
import { PAGES } from '../support/browser/page-gallery.ts';

// #143: checks every page with axe, by keyboard, at 320 pixels, in dark and light, and in forced colours. It runs in
// Chromium only, since npm packages no other browser engine.

let browser: Browser | undefined;
let axe: string;
beforeAll(async () => {
  browser = await launchChromium();
  axe = await readFile(fileURLToPath(import.meta.resolve('axe-core')), 'utf8');
}, 60_000);
afterAll(() => browser?.close());

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** The violations of all axe rules, best practices included. The script is text, since the compiler knows no DOM here. */
const violationsOf = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  const violations = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`),
  );
};

const widthBeyondScreen = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Opens all folded parts, so that they are checked as well. */
const unfold = (page: Page) =>
  page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');

const stateOf = (name: string) => {
  const found = PAGES.find((each) => each.name === name);
  if (!found) throw new Error(`no page ${name} in the gallery`);
  return found;
};

const VIEWS: readonly [string, View][] = [
  ['light, on a desktop', { ...DESKTOP, colorScheme: 'light', languages: 'en' }],
  ['dark, on a phone', { ...PHONE, colorScheme: 'dark', languages: 'fr' }],
];

/** One window for all pages: a browser that starts a process for each would take most of the time of this file. */
const windowFor = (view: View): (() => GalleryWindow | undefined) => {
  let window: GalleryWindow | undefined;
  beforeAll(async () => {
    window = browser && (await GalleryWindow.open(browser, view));
  });
  return () => window;
};

describe.each(VIEWS)('#143 in %s', (_, view) => {
  const window = windowFor(view);

  it.each(PAGES)(
    '$name: axe finds nothing, nothing scrolls sideways, and the browser reports no error',
    async (state) => {
      const shown = await window()?.show(state);
      if (shown === undefined) return;
      await unfold(shown.page);
      expect(await violationsOf(shown.page)).toEqual([]);
      expect(await widthBeyondScreen(shown.page)).toBeLessThanOrEqual(0);
      expect(shown.complaints).toEqual([]);
    },
  );
});

describe('#143 at 320 pixels, with long German words (WCAG 2.2 §1.4.10)', () => {
  const window = windowFor({ ...SMALL_PHONE, languages: 'de' });

  it.each(PAGES)('$name: nothing scrolls sideways', async (state) => {
    const shown = await window()?.show(state);
    if (shown === undefined) return;
    await unfold(shown.page);
    expect(await widthBeyondScreen(shown.page)).toBeLessThanOrEqual(0);
  });
});

describe('#143 By keyboard', () => {
  const FOCUSED = `(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    const text = document.activeElement.textContent.trim();
    return { text, outline: outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth) };
  })()`;

  /** The elements that the tab key focuses, in order, until it leaves the page. */
  const tabStops = async (page: Page) => {
    const stops: { text: string; outline: number }[] = [];
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate<boolean>('document.activeElement === document.body')) break;
      stops.push(await page.evaluate<{ text: string; outline: number }>(FOCUSED));
    }
    return stops;
  };

  it.each<[string, readonly string[]]>([
    ['consent-providers', ['Continue with Google', 'Continue with GitHub', 'Continue with Microsoft', 'Deny']],
    ['not-allowed', ['Use another account', 'Return to the application']],
    [
      'welcome',
      ['Claude', 'ChatGPT', 'VS Code', 'Cursor', 'Command line', 'Other applications', 'Manage your connections'],
    ],
  ])('%s: the focus follows the reading order and is visible', async (name, expected) => {
    if (!browser) return;
    const { page } = await show(browser, stateOf(name), DESKTOP);
    const stops = await tabStops(page);
    expect(stops.map(({ text }) => text)).toEqual(expected);
    for (const { outline } of stops) expect(outline).toBeGreaterThanOrEqual(2);
    await page.context().close();
  });

  it('Enter opens a folded part, and the focus then reaches its links', async () => {
    if (!browser) return;
    const { page } = await show(browser, stateOf('welcome'), DESKTOP);
    for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Add to VS Code');
    await page.context().close();
  });
});

describe('#143 System preferences', () => {
  it('reduced motion: pages have no motion at all', async () => {
    if (!browser) return;
    for (const name of ['consent', 'welcome']) {
      const { page } = await show(browser, stateOf(name), { ...DESKTOP, reducedMotion: 'no-preference' });
      const moving = `[...document.querySelectorAll('*')].filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return transitionDuration !== '0s' || animationName !== 'none';
      }).length`;
      expect(await page.evaluate(moving)).toBe(0);
      await page.context().close();
    }
  });

  it('forced colours: every button keeps a border, and axe finds nothing', async () => {
    if (!browser) return;
    const { page } = await show(browser, stateOf('consent'), { ...DESKTOP, forcedColors: 'active' });
    const widths = `[...document.querySelectorAll('button')].map((button) => getComputedStyle(button).borderTopWidth)`;
    expect(await page.evaluate(widths)).toEqual(['1px', '1px']);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });

  it('text at twice its size: nothing scrolls sideways (WCAG 2.2 §1.4.4)', async () => {
    if (!browser) return;
    for (const name of ['consent', 'welcome', 'not-allowed']) {
      const { page } = await show(browser, stateOf(name), { viewport: { width: 640, height: 800 } });
      await page.evaluate('document.documentElement.style.fontSize = "200%"');
      expect(await widthBeyondScreen(page)).toBeLessThanOrEqual(0);
      await page.context().close();
    }
  });
});

describe('Deceptive names (#134, #136)', () => {
  it('are shown as one line of text of bounded length, isolated from the text around them', async () => {
    if (!browser) return;
    const { page } = await show(browser, stateOf('consent-deceptive-name'), PHONE);
    expect(await page.locator('h1 b, h1 img, h1 script').count()).toBe(0);
    const heading = (await page.textContent('h1')) ?? '';
    expect(heading).toMatch(/^<b>.*… wants to connect$/);
    expect(heading).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B]/);
    await page.context().close();
  });
});
