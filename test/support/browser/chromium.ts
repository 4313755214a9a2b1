import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const INSTALLED = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const executablePath = async (): Promise<string | undefined> => {
  const installed = INSTALLED.find((path) => path !== undefined && existsSync(path));
  if (installed !== undefined) return installed;
  // The package contains a Chromium for this platform only.
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  return (await import('@sparticuz/chromium')).default.executablePath();
};

/**
 * Starts Chromium with its default security settings.
 *
 * @returns undefined, after a warning, if there is no Chromium
 */
export const launchChromium = async (): Promise<Browser | undefined> => {
  const path = await executablePath();
  if (path === undefined) {
    console.warn('browser tests skipped: no Chromium found. Install one, or set CHROMIUM_PATH');
    return undefined;
  }
  // Not the package's arguments, since they disable web security. Chromium has no sandbox for root.
  return chromium.launch({ executablePath: path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
};
