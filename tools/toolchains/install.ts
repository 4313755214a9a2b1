import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MissingToolError } from './missing-tool-error.ts';
import { NOT_FOUND, run } from './processes.ts';

const STAMP = 'made-of.txt';

export interface Installation {
  /** The folder to install into. It is emptied first, because a virtual environment cannot be moved. */
  readonly folder: string;
  /** What the folder will hold. A folder that holds just this already is left as it is. */
  readonly contents: string;
  /**
   * Name → text of files that the commands need.
   *
   * @default none
   */
  readonly files?: Readonly<Record<string, string>>;
  /** Commands with their arguments, run one after the other in the folder. */
  readonly commands: readonly (readonly [command: string, ...parameters: string[]])[];
}

/**
 * Installs into a folder of its own, once.
 *
 * @throws MissingToolError with the last lines of the command that failed
 */
export const installOnce = async ({ folder, contents, files = {}, commands }: Installation): Promise<void> => {
  const stamp = join(folder, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === contents) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  for (const [command, ...parameters] of commands) {
    const { exitCode, output } = await run(command, parameters, { cwd: folder, env: process.env });
    if (exitCode === NOT_FOUND) throw new MissingToolError(`there is no program ${command}`);
    if (exitCode !== 0) {
      const reason = output.trim().split('\n').slice(-2).join(' ');
      throw new MissingToolError(`${command} ${parameters.slice(0, 3).join(' ')} failed: ${reason}`);
    }
  }
  await writeFile(stamp, contents);
};
