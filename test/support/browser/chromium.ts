import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { PACKAGE_DIRECTORY } from '../../../lib/functions/bundles.ts';
import { keptFolder } from '../cloud/files-of-this-run.ts';

const INSTALLED = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The package has no export of its version. */
const PACKAGE = join(PACKAGE_DIRECTORY, 'node_modules/@sparticuz/chromium/package.json');

const executablePath = async (): Promise<string | undefined> => {
  const installed = INSTALLED.find((path) => path !== undefined && existsSync(path));
  if (installed !== undefined) return installed;
  // The package contains a Chromium for this platform only.
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  return unpackedChromium();
};

/**
 * Unpacks the package's Chromium, once for all runs. The folder gets its name when it is complete: no other process may
 * start a program that is still being written.
 *
 * @returns path of the program
 */
const unpackedChromium = async (): Promise<string> => {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  const folder = keptFolder(`chromium-${version}`);
  const program = join(folder, 'chromium');
  if (existsSync(program)) return program;
  const { default: chromiumPackage } = await import('@sparticuz/chromium');
  const { TMPDIR } = process.env;
  const partial = await mkdtemp(`${folder}-`);
  // The package unpacks into the temporary folder.
  process.env.TMPDIR = partial;
  try {
    await chromiumPackage.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
  // Another process may have been faster.
  await rename(partial, folder).catch(() => rm(partial, { recursive: true, force: true }));
  return program;
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
