import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.ts';
import { User } from '../support/browser/user.ts';
import { sharedCloud } from '../support/cloud/shared-cloud.ts';
import { obtainSession, refresh, registerClient } from '../support/http/oauth-requests.ts';

const cloud = sharedCloud();
const LOG_IN = 'button[name=idp]';
const END = 'button[name=action][value=end]';

let browser: Browser | undefined;
let axe: string;
let screenshots: string;
/** A page of another site, since `127.0.0.1` and `localhost` are different sites. */
let elsewhere: Server;
let elsewhereUrl: string;

beforeAll(async () => {
  browser = await launchChromium();
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  screenshots = await mkdtemp(join(tmpdir(), 'gatehouse-connections-'));
  elsewhere = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Elsewhere</title>
      <a id="link" href="${cloud.origin}/connections">a link</a>
      <form method="post" action="${cloud.origin}/connections"><button name="action" value="end-all">a trap</button></form>`);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  elsewhereUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
}, 60_000);
afterAll(async () => {
  await browser?.close();
  elsewhere?.close();
  console.info(`screenshots are in ${screenshots}`);
});

const withContext = async (
  options: BrowserContextOptions,
  run: (context: BrowserContext) => Promise<void>,
): Promise<void> => {
  if (browser === undefined) return;
  const context = await browser.newContext(options);
  try {
    await run(context);
  } finally {
    await context.close();
  }
};

const connect = async (login: string, ...names: string[]) => {
  const user = new User(cloud, login);
  const sessions = [];
  for (const client_name of names) {
    sessions.push(await obtainSession(cloud, { user, client: await registerClient(cloud, { client_name }) }));
  }
  return sessions;
};

const logIn = async (context: BrowserContext, login: string): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(`${cloud.origin}/connections`);
  await page.click(LOG_IN);
  await page.fill('input[name=login]', login);
  await Promise.all([page.waitForURL(`${cloud.origin}/connections`), page.press('input[name=login]', 'Enter')]);
  return page;
};

/** The violations that axe finds. */
const violationsOf = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  return page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)].join(" ")))',
  );
};

describe('The connections page in Chromium', () => {
  it('lets a user log in, end a connection by keyboard, and sign out, without scripts', () =>
    withContext({ javaScriptEnabled: false }, async (context) => {
      const [first] = await connect('keya', 'First client', 'Second client');
      const page = await logIn(context, 'keya');
      const end = page.locator('section', { hasText: 'First client' }).locator(END);
      for (let presses = 0; presses < 20; presses += 1) {
        await page.keyboard.press('Tab');
        if (await end.evaluate((button) => button.matches(':focus-visible'))) break;
      }
      await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
      expect(await page.textContent('main')).not.toContain('First client');
      expect(await page.textContent('main')).toContain('Second client');
      if (first) expect((await refresh(cloud, first.client, first.refreshToken)).body.error).toBe('invalid_grant');
      await page.click('button[value=log-out]');
      await page.waitForSelector(LOG_IN);
      expect((await context.cookies(cloud.origin)).map(({ name }) => name)).not.toContain('__Host-gatehouse-session');
    }));

  it('#129 a link on another site opens the page, but a form on that site ends no connection', () =>
    withContext({}, async (context) => {
      const [session] = await connect('keyb', 'A client');
      const page = await logIn(context, 'keyb');
      const [cookie] = (await context.cookies(cloud.origin)).filter(({ name }) => name.endsWith('session'));
      expect(cookie).toMatchObject({ name: '__Host-gatehouse-session', httpOnly: true, secure: true, sameSite: 'Lax' });
      await page.goto(elsewhereUrl);
      await Promise.all([page.waitForURL(`${cloud.origin}/connections`), page.click('#link')]);
      expect(await page.textContent('main')).toContain('A client');
      await page.goto(elsewhereUrl);
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'POST'),
        page.click('button'),
      ]);
      expect(answer.status()).toBe(403);
      expect(await answer.request().headerValue('cookie')).toBeNull();
      if (session) expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
    }));

  it.each<[string, BrowserContextOptions]>([
    ['desktop-light', {}],
    ['desktop-dark', { colorScheme: 'dark' }],
    ['phone-light', { viewport: { width: 320, height: 640 }, isMobile: true, deviceScaleFactor: 2, locale: 'de' }],
    [
      'phone-dark',
      { viewport: { width: 360, height: 740 }, isMobile: true, deviceScaleFactor: 2, colorScheme: 'dark' },
    ],
  ])('fits on a %s screen, and axe finds nothing', (name, options) =>
    withContext(options, async (context) => {
      await connect(`keyc-${name}`, 'Example assistant', '<b>Free</b> gift \u202e card', 'W'.repeat(64));
      const signIn = await context.newPage();
      await signIn.goto(`${cloud.origin}/connections`);
      await signIn.screenshot({ path: join(screenshots, `connections-sign-in-${name}.png`), fullPage: true });
      const page = await logIn(context, `keyc-${name}`);
      await page.screenshot({ path: join(screenshots, `connections-${name}.png`), fullPage: true });
      for (const shown of [signIn, page]) {
        expect(await violationsOf(shown)).toEqual([]);
        const overflow = await shown.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(overflow).toBeLessThanOrEqual(0);
        for (const button of await shown.locator('button').all()) {
          expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(40);
        }
      }
      expect(await page.locator(END).count()).toBe(3);
    }),
  );
});
