import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.ts';
import { DESKTOP, PHONE, SMALL_PHONE, show } from '../support/browser/gallery-browser.ts';
import { PAGES } from '../support/browser/page-gallery.ts';

// #143: every page by axe, by keyboard, at 320 pixels, in dark and light, in forced colours. In Chromium: WebKit and
// Firefox are not to be had from npm alone.

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

/** Everything that axe knows, its best practices too. Text, since the compiler knows no DOM here. */
const violationsOf = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  const violations = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`),
  );
};

const widthBeyondScreen = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Opens whatever is folded, so that it is looked at as well. */
const unfold = (page: Page) =>
  page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');

const stateOf = (name: string) => {
  const found = PAGES.find((each) => each.name === name);
  if (!found) throw new Error(`no page ${name} in the gallery`);
  return found;
};

const VIEWS: readonly [string, BrowserContextOptions & { readonly languages: string }][] = [
  ['light, on a desktop', { ...DESKTOP, colorScheme: 'light', languages: 'en' }],
  ['dark, on a phone', { ...PHONE, colorScheme: 'dark', languages: 'fr' }],
];

describe.each(PAGES)('#143 $name', (state) => {
  it.each(VIEWS)(
    'in %s: axe finds nothing, nothing scrolls sideways, the browser does not complain',
    async (_, view) => {
      if (!browser) return;
      const { page, complaints } = await show(browser, state, view);
      await unfold(page);
      expect(await violationsOf(page)).toEqual([]);
      expect(await widthBeyondScreen(page)).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it('at 320 pixels, with the long words of German: nothing scrolls sideways (WCAG 2.2 §1.4.10)', async () => {
    if (!browser) return;
    const { page } = await show(browser, state, { ...SMALL_PHONE, languages: 'de' });
    await unfold(page);
    expect(await widthBeyondScreen(page)).toBeLessThanOrEqual(0);
    await page.context().close();
  });
});

describe('#143 By keyboard', () => {
  const FOCUSED = `(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    const text = document.activeElement.textContent.trim();
    return { text, outline: outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth) };
  })()`;

  /** What the tab key comes to, until it leaves the page. */
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
  ])('%s: in the order of reading, and the focus is to be seen', async (name, expected) => {
    if (!browser) return;
    const { page } = await show(browser, stateOf(name), DESKTOP);
    const stops = await tabStops(page);
    expect(stops.map(({ text }) => text)).toEqual(expected);
    for (const { outline } of stops) expect(outline).toBeGreaterThanOrEqual(2);
    await page.context().close();
  });

  it('what is folded opens with Enter, and its links follow', async () => {
    if (!browser) return;
    const { page } = await show(browser, stateOf('welcome'), DESKTOP);
    for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Add to VS Code');
    await page.context().close();
  });
});

describe('#143 What people set in their system', () => {
  it('reduced motion: nothing moves anyway', async () => {
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

  it('forced colours: buttons keep a border, and the primary one is not told by colour alone', async () => {
    if (!browser) return;
    const { page } = await show(browser, stateOf('consent'), { ...DESKTOP, forcedColors: 'active' });
    const widths = `[...document.querySelectorAll('button')].map((button) => getComputedStyle(button).borderTopWidth)`;
    expect(await page.evaluate(widths)).toEqual(['1px', '1px']);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });

  it('text at twice its size: nothing is cut off or scrolls sideways (WCAG 2.2 §1.4.4)', async () => {
    if (!browser) return;
    for (const name of ['consent', 'welcome', 'not-allowed']) {
      const { page } = await show(browser, stateOf(name), { viewport: { width: 640, height: 800 } });
      await page.evaluate('document.documentElement.style.fontSize = "200%"');
      expect(await widthBeyondScreen(page)).toBeLessThanOrEqual(0);
      await page.context().close();
    }
  });
});

describe('Names that would deceive (#134, #136)', () => {
  it('become text in one line of bounded length, isolated from what stands around it', async () => {
    if (!browser) return;
    const { page } = await show(browser, stateOf('consent-deceptive-name'), PHONE);
    expect(await page.locator('h1 b, h1 img, h1 script').count()).toBe(0);
    const heading = (await page.textContent('h1')) ?? '';
    expect(heading).toMatch(/^<b>.*… wants to connect$/);
    expect(heading).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B]/);
    await page.context().close();
  });
});
