import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './processes.ts';

/** Something that the trial deployment needs is missing on this machine. The message says what. */
export class MissingToolError extends Error {}

const CANDIDATES = ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
/** Prints the version, or fails where it is too old or cannot create virtual environments. */
const CHECK = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10); print(sys.version.split()[0])';

const REQUIREMENTS_FILE = join(import.meta.dirname, 'emulator/requirements.txt');
const STAMP = 'made-of.txt';
const PIP_INSTALL = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--no-compile'];

const findPython = async (): Promise<{ command: string; version: string }> => {
  for (const command of CANDIDATES) {
    const { exitCode, stdout } = await run(command, ['-c', CHECK], { cwd: process.cwd(), env: process.env });
    if (exitCode === 0) return { command, version: stdout.trim() };
  }
  throw new MissingToolError('MiniStack needs Python 3.10 or later with the modules venv and ensurepip');
};

/**
 * Installs the packages that `emulator/requirements.txt` pins into a virtual environment, unless it holds them already.
 *
 * @param environment the folder of the environment
 * @returns the folder of its programs
 * @throws MissingToolError when Python is missing, or pip cannot install the packages
 */
export const installPythonPackages = async (environment: string): Promise<string> => {
  const python = await findPython();
  const programs = join(environment, 'bin');
  const stamp = join(environment, STAMP);
  const madeOf = `# Python ${python.version}\n${readFileSync(REQUIREMENTS_FILE, 'utf8')}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === madeOf) return programs;

  await rm(environment, { recursive: true, force: true });
  const commands: readonly (readonly [string, readonly string[]])[] = [
    [python.command, ['-m', 'venv', environment]],
    [
      join(programs, 'python'),
      [...PIP_INSTALL, '--only-binary=:all:', '--retries', '2', '--requirement', REQUIREMENTS_FILE],
    ],
  ];
  for (const [command, parameters] of commands) {
    const { exitCode, output } = await run(command, parameters, { cwd: process.cwd(), env: process.env });
    if (exitCode !== 0) {
      const reason = output.trim().split('\n').slice(-2).join(' ');
      throw new MissingToolError(`MiniStack cannot be installed from the Python package index: ${reason}`);
    }
  }
  await writeFile(stamp, madeOf);
  return programs;
};
