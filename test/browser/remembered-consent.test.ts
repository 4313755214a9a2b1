import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.ts';
import { type LocalCloud, startLocalCloud } from '../support/cloud/local-cloud.ts';
import { authorizationRequest, type RegisteredClient, registerClient } from '../support/http/oauth-requests.ts';

// The browser itself says where a request comes from (Fetch Metadata), so these tests use a real one.

const REDIRECT_URI = 'https://client.invalid/callback';
const WEBSITE = { redirect_uris: [REDIRECT_URI] };
const FORM = 'button[name=decision]';

let browser: Browser | undefined;
let cloud: LocalCloud;
let client: RegisteredClient;
let open: RegisteredClient;
/** Another site with links and redirects, since `127.0.0.1` and `localhost` are different sites. */
let elsewhere: Server;
let elsewhereUrl: string;

beforeAll(async () => {
  [browser, cloud] = await Promise.all([launchChromium(), startLocalCloud({ config: { rememberConsent: true } })]);
  client = await registerClient(cloud, { ...WEBSITE, token_endpoint_auth_method: 'client_secret_post' });
  open = await registerClient(cloud, WEBSITE);
  elsewhere = createServer((request, response) => {
    const target = new URL(request.url ?? '', 'http://x').searchParams.get('to') ?? '';
    if (request.url?.startsWith('/redirect')) response.writeHead(302, { location: target }).end();
    else
      response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><a href="${target.replaceAll('&', '&amp;')}">x</a>`);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  elsewhereUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
}, 90_000);
afterAll(async () => {
  await browser?.close();
  elsewhere?.close();
  await cloud?.stop();
});

const urlFor = ({ client_id }: RegisteredClient): string =>
  authorizationRequest(cloud, { client_id }, { redirect_uri: REDIRECT_URI }).url.href;

/** Opens a page. Resolves to `form` if our form appears, or to `sent on` if the browser goes to the provider or the client. */
const outcomeOf = async (page: Page, go: () => Promise<unknown>): Promise<'form' | 'sent on'> => {
  const outcomes = [
    page.waitForRequest((request) => request.url().startsWith(REDIRECT_URI)).then(() => 'sent on' as const),
    page.waitForSelector('input[name=login]').then(() => 'sent on' as const),
    page.waitForSelector(FORM).then(() => 'form' as const),
  ];
  for (const outcome of outcomes) outcome.catch(() => undefined);
  await go().catch(() => undefined); // the client's page does not exist here
  return await Promise.race(outcomes);
};

const withPerson = async (login: string, run: (context: BrowserContext) => Promise<void>): Promise<void> => {
  if (browser === undefined) return;
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(urlFor(client));
    await page.check('input[name=remember]');
    await page.click('button[value=approve], button[name=idp]');
    await page.fill('input[name=login]', login);
    const isBack = page.waitForRequest((request) => request.url().startsWith(REDIRECT_URI));
    await page.press('input[name=login]', 'Enter');
    await isBack;
    await page.close();
    await run(context);
  } finally {
    await context.close();
  }
};

describe('Remembered consent in Chromium', () => {
  it('a URL that the user or an application opens leads to the provider without a form', () =>
    withPerson('romy', async (context) => {
      const page = await context.newPage();
      expect(await outcomeOf(page, () => page.goto(urlFor(client)))).toBe('sent on');
    }));

  it('#128 a link on another site, or a redirect behind it, leads to the form', () =>
    withPerson('ruth', async (context) => {
      for (const path of ['link', 'redirect']) {
        const page = await context.newPage();
        const target =
          path === 'link' ? urlFor(client) : `${elsewhereUrl}/redirect?to=${encodeURIComponent(urlFor(client))}`;
        await page.goto(`${elsewhereUrl}/page?to=${encodeURIComponent(target)}`);
        expect([path, await outcomeOf(page, () => page.click('a'))]).toEqual([path, 'form']);
      }
    }));

  it('#128 Sec-Fetch-Site does not show a redirect after an application opened the URL, so a client without credentials leads to the form', () =>
    withPerson('rhea', async (context) => {
      const page = await context.newPage();
      const sites: (string | undefined)[] = [];
      page.on('request', async (request) => {
        if (request.url().startsWith(`${cloud.origin}/authorize`))
          sites.push((await request.allHeaders())['sec-fetch-site']);
      });
      const through = (to: string) => `${elsewhereUrl}/redirect?to=${encodeURIComponent(to)}`;
      expect(await outcomeOf(page, () => page.goto(through(urlFor(open))))).toBe('form');
      expect(sites).toEqual(['none']);
      expect(await page.locator('input[name=remember]').count()).toBe(0);
    }));

  it('a browser without the cookie leads to the form', () =>
    withPerson('rory', async (context) => {
      await context.clearCookies({ name: '__Host-gatehouse-remembered-browser' });
      const page = await context.newPage();
      expect(await outcomeOf(page, () => page.goto(urlFor(client)))).toBe('form');
    }));
});
