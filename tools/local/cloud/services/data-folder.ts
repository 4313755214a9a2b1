import { access, constants, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The data folder is not a folder, or this user cannot write to it. */
export class DataFolderError extends Error {}

/**
 * Creates the data folder when it does not exist.
 *
 * @throws DataFolderError
 */
export const assertUsable = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'it is not a folder' : `it cannot be written to (${code})`;
    throw new DataFolderError(`The data folder ${folder} cannot be used: ${why}. Choose another folder.`);
  }
};

/**
 * Locks a data folder for this process. Creates it when it does not exist.
 * @returns releases the lock
 * @throws Error when another running process holds the lock
 */
export const takeDataFolder = async (folder: string): Promise<() => Promise<void>> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = join(folder, 'lock');
  const take = () => writeFile(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
  try {
    await take();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const owner = Number(await readFile(lock, 'utf8'));
    if (owner !== process.pid && isRunning(owner)) {
      throw new Error(
        `the data folder ${folder} is in use by process ${owner}: stop that process, or choose another folder`,
      );
    }
    await rm(lock, { force: true });
    await take();
  }
  return () => rm(lock, { force: true });
};

/** Signal 0 succeeds for an existing process. For a process of another user it fails with EPERM. */
const isRunning = (processId: number): boolean => {
  try {
    return processId > 0 && process.kill(processId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
