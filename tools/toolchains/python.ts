import { join } from 'node:path';
import { installOnce } from './install.ts';
import { MissingToolError } from './missing-tool-error.ts';
import { run } from './processes.ts';

const CANDIDATES = ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
/** Prints the version, or fails where it is too old or cannot create virtual environments. */
const CHECK = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10); print(sys.version.split()[0])';
const PIP_INSTALL = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--no-compile'];

const findPython = async (): Promise<{ command: string; version: string }> => {
  for (const command of CANDIDATES) {
    const { exitCode, stdout } = await run(command, ['-c', CHECK], { cwd: process.cwd(), env: process.env });
    if (exitCode === 0) return { command, version: stdout.trim() };
  }
  throw new MissingToolError('there is no Python 3.10 or later with the modules venv and ensurepip');
};

/**
 * Installs packages into a virtual environment, unless it holds them already.
 *
 * @param environment the folder of the environment
 * @param requirements lines such as `mcp==1.30.0`, as in a requirements file
 * @returns the folder of its programs
 * @throws MissingToolError when Python is missing, or pip cannot install the packages
 */
export const installPythonPackages = async (environment: string, requirements: readonly string[]): Promise<string> => {
  const python = await findPython();
  const programs = join(environment, 'bin');
  await installOnce({
    folder: environment,
    contents: [`# Python ${python.version}`, ...requirements].join('\n'),
    commands: [
      [python.command, '-m', 'venv', environment],
      [join(programs, 'python'), ...PIP_INSTALL, '--only-binary=:all:', '--retries', '2', ...requirements],
    ],
  });
  return programs;
};
