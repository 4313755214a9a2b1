import { join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../lib/functions/bundles.ts';
import { buildGoProgram } from '../toolchains/go.ts';
import { installMavenArtifacts } from '../toolchains/maven.ts';
import { installNpmPackages } from '../toolchains/npm.ts';
import { installPythonPackages } from '../toolchains/python.ts';
import { buildRustProgram } from '../toolchains/rust.ts';
import type { RealClient } from './clients.ts';
import type { Driver } from './conversation.ts';

const FOLDER = join(PACKAGE_DIRECTORY, '.gatehouse/clients');
const DRIVERS = join(import.meta.dirname, 'drivers');

const drivers: Readonly<
  Record<RealClient['environment'], (folder: string, script: string, client: RealClient) => Promise<Driver>>
> = {
  python: async (folder, script, { packages }) => {
    const programs = await installPythonPackages(folder, packages);
    return { command: join(programs, 'python'), args: [script], environment: { PYTHONDONTWRITEBYTECODE: '1' } };
  },
  npm: async (folder, script, { packages, setUp }) => {
    const environment = { PACKAGES: await installNpmPackages(folder, packages, setUp) };
    return { command: process.execPath, args: ['--no-warnings', script], environment };
  },
  go: async (folder, script, { packages }) => ({ command: await buildGoProgram(folder, script, packages), args: [] }),
  java: async (folder, script, { packages }) => {
    const classPath = await installMavenArtifacts(folder, packages);
    return { command: 'java', args: ['-cp', classPath, script] };
  },
  rust: async (folder, script, { packages }) => ({
    command: await buildRustProgram(folder, script, packages),
    args: [],
  }),
};

/**
 * Installs a client in a folder of its own, unless it is there.
 *
 * @returns the command that runs its driver
 * @throws MissingToolError
 */
export const driverOf = (client: RealClient): Promise<Driver> => {
  const { name, version, environment, driver } = client;
  return drivers[environment](join(FOLDER, `${name.replaceAll('/', '-')}-${version}`), join(DRIVERS, driver), client);
};
