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
  // The package carries a Chromium for this platform alone.
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  return (await import('@sparticuz/chromium')).default.executablePath();
};

/** A real Chromium with its security as everybody has it, or undefined (and a line that says so) where there is none. */
export const launchChromium = async (): Promise<Browser | undefined> => {
  const path = await executablePath();
  if (path === undefined) {
    console.warn('browser tests skipped: no Chromium found; install one or name it in CHROMIUM_PATH');
    return undefined;
  }
  // Our own arguments: the package's would switch web security off. Chromium has no sandbox for root.
  return chromium.launch({ executablePath: path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
};
