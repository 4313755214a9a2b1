import { join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../lib/functions/bundles.ts';
import { buildGoProgram } from '../toolchains/go.ts';
import { installNpmPackages } from '../toolchains/npm.ts';
import { installPythonPackages } from '../toolchains/python.ts';
import { buildRustProgram } from '../toolchains/rust.ts';
import type { RealClient } from './clients.ts';
import type { Driver } from './conversation.ts';

const FOLDER = join(PACKAGE_DIRECTORY, '.gatehouse/clients');
const DRIVERS = join(import.meta.dirname, 'drivers');

const drivers: Readonly<
  Record<RealClient['environment'], (folder: string, packages: readonly string[], script: string) => Promise<Driver>>
> = {
  python: async (folder, packages, script) => {
    const programs = await installPythonPackages(folder, packages);
    return { command: join(programs, 'python'), args: [script], environment: { PYTHONDONTWRITEBYTECODE: '1' } };
  },
  npm: async (folder, packages, script) => {
    const environment = { PACKAGES: await installNpmPackages(folder, packages) };
    return { command: process.execPath, args: ['--no-warnings', script], environment };
  },
  go: async (folder, modules, script) => ({ command: await buildGoProgram(folder, script, modules), args: [] }),
  rust: async (folder, crates, script) => ({ command: await buildRustProgram(folder, script, crates), args: [] }),
};

/**
 * Installs a client in a folder of its own, unless it is there.
 *
 * @returns the command that runs its driver
 * @throws MissingToolError
 */
export const driverOf = ({ name, version, environment, packages, driver }: RealClient): Promise<Driver> =>
  drivers[environment](join(FOLDER, `${name.replaceAll('/', '-')}-${version}`), packages, join(DRIVERS, driver));
