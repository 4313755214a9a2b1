import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { RealClient } from './clients.ts';
import type { Driver } from './conversation.ts';

const run = promisify(execFile);

const FOLDER = resolve(import.meta.dirname, '../../.gatehouse/clients');
const DRIVERS = join(import.meta.dirname, 'drivers');
const INSTALL_LIMIT_MS = 600_000;

/** A client cannot be installed here: its toolchain or its package index is missing. */
export class CannotInstall extends Error {}

const install: Readonly<
  Record<RealClient['environment'], (folder: string, packages: readonly string[]) => Promise<void>>
> = {
  python: async (folder, packages) => {
    await tool('python3', ['-m', 'venv', folder]);
    await tool(join(folder, 'bin/python'), [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      ...packages,
    ]);
  },
  npm: async (folder, packages) => {
    await mkdir(folder, { recursive: true });
    await tool('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', ...packages]);
  },
};

const tool = async (command: string, args: readonly string[]): Promise<void> => {
  await run(command, args, { timeout: INSTALL_LIMIT_MS }).catch(
    (error: { code?: unknown; stderr?: string; message: string }) => {
      const reason =
        error.code === 'ENOENT' ? `there is no ${command}` : (error.stderr?.trim().split('\n').at(-1) ?? error.message);
      throw new CannotInstall(reason);
    },
  );
};

/**
 * Installs a client in a folder of its own, unless it is there.
 *
 * @returns the command that runs its driver
 * @throws CannotInstall
 */
export const driverOf = async ({ name, version, environment, packages, driver }: RealClient): Promise<Driver> => {
  const folder = join(FOLDER, `${name.replaceAll('/', '-')}-${version}`);
  if (!existsSync(folder)) {
    // A virtual environment names its own folder, so an unfinished one is removed instead of moved.
    await install[environment](folder, packages).catch(async (error: unknown) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
  }
  const script = join(DRIVERS, driver);
  return environment === 'python'
    ? { command: join(folder, 'bin/python'), args: [script], environment: { PYTHONDONTWRITEBYTECODE: '1' } }
    : {
        command: process.execPath,
        args: ['--no-warnings', script],
        environment: { PACKAGES: join(folder, 'node_modules') },
      };
};
