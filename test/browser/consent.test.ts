import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.ts';
import { type ClientCallback, startClientCallback } from '../support/client-profiles/callback.ts';
import { sharedCloud } from '../support/cloud/shared-cloud.ts';
import {
  type AuthorizationRequest,
  authorizationRequest,
  callMcp,
  postForm,
  type RegisteredClient,
  registerClient,
} from '../support/http/oauth-requests.ts';

const cloud = sharedCloud();
const APPROVE = 'button[name=idp], button[name=decision][value=approve]';
const DENY = 'button[name=decision][value=deny]';

let browser: Browser | undefined;
let callback: ClientCallback;
let client: RegisteredClient;
let screenshots: string;
let context: BrowserContext;
/** Errors that the browser reported: scripts, blocked resources, CSP. */
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
  callback = await startClientCallback();
  client = await registerClient(cloud, { client_name: 'Browser test', redirect_uris: [callback.redirectUri] });
  screenshots = await mkdtemp(join(tmpdir(), 'gatehouse-screenshots-'));
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await callback?.close();
  console.info(`screenshots are in ${screenshots}`);
});

const withContext = async (options: BrowserContextOptions, run: () => Promise<void>): Promise<void> => {
  if (browser === undefined) return;
  complaints = [];
  context = await browser.newContext(options);
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  context.on('weberror', ({ error }) => complaints.push(error().message));
  try {
    await run();
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
};

const request = (): AuthorizationRequest => authorizationRequest(cloud, client, { redirect_uri: callback.redirectUri });

const openConsent = async (asked: AuthorizationRequest): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(asked.url.href);
  await page.waitForSelector(APPROVE);
  return page;
};
const logIn = async (page: Page, login: string): Promise<void> => {
  await page.fill('input[name=login]', login);
  await Promise.all([page.waitForURL(`${callback.redirectUri}**`), page.press('input[name=login]', 'Enter')]);
};
const answerTo = ({ state }: AuthorizationRequest): URLSearchParams[] =>
  callback.received.filter((parameters) => parameters.get('state') === state);

const expectWorkingCode = async ({ codeVerifier }: AuthorizationRequest, code: string | null | undefined) => {
  const { status, body } = await postForm(`${cloud.origin}/token`, {
    grant_type: 'authorization_code',
    code: code ?? '',
    client_id: client.client_id,
    redirect_uri: callback.redirectUri,
    code_verifier: codeVerifier,
  });
  expect([status, body.error]).toEqual([200, undefined]);
  expect((await callMcp(cloud.mcpUrl, body.access_token)).status).toBe(200);
};

describe('Consent in Chromium', () => {
  it(
    'leads from /authorize to the client without a browser error',
    () =>
      withContext({}, async () => {
        const asked = request();
        const page = await openConsent(asked);
        expect(await page.textContent('body')).toContain('Browser test');
        expect(await page.textContent('body')).toContain(new URL(callback.redirectUri).hostname);
        expect(await page.getAttribute('html', 'lang')).toBe('en');
        await page.click(APPROVE);
        await logIn(page, 'ada');
        expect(await page.textContent('h1')).toBe('Back at the client');
        const [answer, ...more] = answerTo(asked);
        expect(more).toEqual([]);
        expect(answer?.get('iss')).toBe(cloud.origin);
        await expectWorkingCode(asked, answer?.get('code'));
        const left = (await context.cookies(cloud.origin)).map(({ name }) => name);
        expect(left.filter((name) => name.startsWith('__Host-gatehouse-tx'))).toEqual([]);
      }),
    60_000,
  );

  it('works with the keyboard alone and without scripts', () =>
    withContext({ javaScriptEnabled: false }, async () => {
      const asked = request();
      const page = await openConsent(asked);
      const approve = page.locator(APPROVE).first();
      for (let presses = 0; presses < 20; presses += 1) {
        await page.keyboard.press('Tab');
        if (await approve.evaluate((button) => button.matches(':focus-visible'))) break;
      }
      await page.keyboard.press('Enter');
      await page.waitForSelector('input[name=login]');
      await logIn(page, 'ada');
      await expectWorkingCode(asked, answerTo(asked)[0]?.get('code'));
    }));

  it('Deny returns access_denied to the client without a login', () =>
    withContext({}, async () => {
      const asked = request();
      const page = await openConsent(asked);
      await Promise.all([page.waitForURL(`${callback.redirectUri}**`), page.click(DENY)]);
      const [answer] = answerTo(asked);
      expect(Object.fromEntries(answer ?? [])).toMatchObject({ error: 'access_denied', iss: cloud.origin });
      expect(answer?.has('code')).toBe(false);
    }));

  it('two tabs at once do not interfere with each other', () =>
    withContext({}, async () => {
      const [one, other] = [request(), request()];
      const [tabOne, tabOther] = [await openConsent(one), await openConsent(other)];
      await tabOne.click(APPROVE);
      await tabOne.waitForSelector('input[name=login]');
      await tabOther.click(APPROVE);
      await tabOther.waitForSelector('input[name=login]');
      await logIn(tabOther, 'ada');
      await logIn(tabOne, 'ada');
      await expectWorkingCode(one, answerTo(one)[0]?.get('code'));
      await expectWorkingCode(other, answerTo(other)[0]?.get('code'));
    }));

  it('denying in one tab leaves the other tab working', () =>
    withContext({}, async () => {
      const [one, other] = [request(), request()];
      const [tabOne, tabOther] = [await openConsent(one), await openConsent(other)];
      await Promise.all([tabOne.waitForURL(`${callback.redirectUri}**`), tabOne.click(DENY)]);
      await tabOther.click(APPROVE);
      await tabOther.waitForSelector('input[name=login]');
      await logIn(tabOther, 'ada');
      await expectWorkingCode(other, answerTo(other)[0]?.get('code'));
    }));

  it('a double click is one approval', () =>
    withContext({}, async () => {
      const asked = request();
      const page = await openConsent(asked);
      await page.dblclick(APPROVE);
      await page.waitForSelector('input[name=login]');
      await logIn(page, 'ada');
      const answers = answerTo(asked);
      expect(answers).toHaveLength(1);
      await expectWorkingCode(asked, answers[0]?.get('code'));
    }));

  it('the back button leads to readable pages after the login, and the first code still works', () =>
    withContext({}, async () => {
      const asked = request();
      const page = await openConsent(asked);
      await page.click(APPROVE);
      await page.waitForSelector('input[name=login]');
      await logIn(page, 'ada');
      await page.goBack();
      expect(await page.textContent('h1')).toEqual(expect.any(String));
      await page.goBack();
      expect(new URL(page.url()).pathname).toBe('/authorize');
      await page.waitForSelector(APPROVE);
      complaints = complaints.filter((text) => !/status of 400/.test(text)); // the provider's login has ended by then
      await expectWorkingCode(asked, answerTo(asked)[0]?.get('code'));
    }));

  it('the same form sent again after the login gives no second code, but an error page', () =>
    withContext({}, async () => {
      const asked = request();
      const page = await openConsent(asked);
      const sealed = (await page.getAttribute('input[name=request]', 'value')) ?? '';
      const button = page.locator(APPROVE).first();
      const form = {
        request: sealed,
        [(await button.getAttribute('name')) ?? '']: (await button.getAttribute('value')) ?? '',
      };
      await page.click(APPROVE);
      await page.waitForSelector('input[name=login]');
      await logIn(page, 'ada');
      const again = await context.request.post(`${cloud.origin}/consent`, {
        form,
        headers: { origin: cloud.origin },
        maxRedirects: 0,
      });
      expect(again.status()).toBe(400);
      expect(await again.text()).toMatch(/<h1\b/);
      await expectWorkingCode(asked, answerTo(asked)[0]?.get('code'));
    }));

  it.each<[string, BrowserContextOptions]>([
    ['desktop', {}],
    ['desktop-dark', { colorScheme: 'dark' }],
    ['phone', { viewport: { width: 360, height: 740 }, isMobile: true, deviceScaleFactor: 2 }],
    [
      'phone-dark',
      { viewport: { width: 360, height: 740 }, isMobile: true, deviceScaleFactor: 2, colorScheme: 'dark' },
    ],
  ])('fits on a %s screen: nothing scrolls sideways, and buttons are large enough to touch', (name, options) =>
    withContext(options, async () => {
      const page = await openConsent(request());
      await page.screenshot({ path: join(screenshots, `consent-${name}.png`), fullPage: true });
      // Text, since the compiler knows no DOM here.
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBeLessThanOrEqual(0);
      const ink = await page.evaluate<string>('getComputedStyle(document.querySelector("h1")).color');
      const brightness = (ink.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3;
      if (options.colorScheme === 'dark') expect(brightness).toBeGreaterThan(150);
      else expect(brightness).toBeLessThan(100);
      for (const button of await page.locator(`${APPROVE}, ${DENY}`).all()) {
        expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(40);
      }
      await page.goto(`${cloud.origin}/authorize?client_id=unknown`);
      await page.screenshot({ path: join(screenshots, `error-${name}.png`), fullPage: true });
      complaints = complaints.filter((text) => !/status of 400/.test(text));
    }),
  );
});
