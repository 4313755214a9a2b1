import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.ts';
import { type LocalCloud, startLocalCloud } from '../support/cloud/local-cloud.ts';

/** An image that tries to run a script, to load from a third party and to follow a click. */
const HOSTILE_LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20" onload="document.title='ran'">
  <style>rect { fill: rgb(1, 2, 3) }</style>
  <script>document.title = 'ran'; fetch('https://evil.example/')</script>
  <image href="https://evil.example/pixel.png" width="9" height="9"/>
  <a href="javascript:document.title='ran'"><rect width="60" height="20"/></a>
</svg>`;

let browser: Browser | undefined;
let cloud: LocalCloud;
beforeAll(async () => {
  const logo = join(mkdtempSync(join(tmpdir(), 'gatehouse-logo-')), 'logo.svg');
  writeFileSync(logo, HOSTILE_LOGO);
  const theme = { name: 'Example <b>tools</b>', color: '#ffe9a8', logo };
  [browser, cloud] = await Promise.all([launchChromium(), startLocalCloud({ config: { theme } })]);
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await cloud?.stop();
});

describe('The theme of the deployed template', () => {
  const open = async (path: string) => {
    if (!browser) return undefined;
    const context = await browser.newContext();
    const page = await context.newPage();
    const complaints: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${cloud.origin}${path}`);
    return { page, complaints, asked };
  };

  it('shows the name as text, the host, the logo in its proportions, and a legible colour', async () => {
    const opened = await open('/');
    if (!opened) return;
    const { page, complaints, asked } = opened;
    expect(await page.textContent('.brand')).toBe(`Example <b>tools</b> · localhost:${cloud.port}`);
    const size = `(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight])(document.querySelector('.brand img'))`;
    expect(await page.evaluate(size)).toEqual([60, 20]);
    const accent = `getComputedStyle(document.documentElement).getPropertyValue('--accent')`;
    expect(await page.evaluate(accent)).not.toBe('#ffe9a8');
    expect(complaints).toEqual([]);
    expect(new Set(asked.map((url) => new URL(url).origin))).toEqual(new Set([cloud.origin]));
    await page.context().close();
  });

  it('draws the logo with its own styles', async () => {
    const opened = await open('/');
    if (!opened) return;
    const { page } = opened;
    // A canvas shows what was drawn. The script is evaluated from outside, so the page's CSP does not apply.
    const pixel = `(() => {
      const image = document.querySelector('.brand img');
      const canvas = Object.assign(document.createElement('canvas'), { width: 60, height: 20 });
      canvas.getContext('2d').drawImage(image, 0, 0, 60, 20);
      return [...canvas.getContext('2d').getImageData(30, 10, 1, 1).data];
    })()`;
    expect(await page.evaluate(pixel)).toEqual([1, 2, 3, 255]);
    await page.context().close();
  });

  it('#134 #135 a logo opened on its own runs no script and loads nothing', async () => {
    const opened = await open('/logo.svg');
    if (!opened) return;
    const { page, asked } = opened;
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([`${cloud.origin}/logo.svg`]);
    expect(await page.title()).not.toBe('ran');
    const { headers, status } = await fetch(`${cloud.origin}/logo.svg`);
    expect([status, headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    await page.context().close();
  });

  it('#132 #51 an error page shows the theme too', async () => {
    const opened = await open('/authorize?client_id=unknown');
    if (!opened) return;
    const { page } = opened;
    expect(await page.textContent('.brand strong')).toBe('Example <b>tools</b>');
    await page.context().close();
  });
});
