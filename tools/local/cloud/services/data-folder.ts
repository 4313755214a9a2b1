import { access, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { identityOf, isRunning } from './process-identity.ts';

/** The data folder cannot be used. The message names the file or folder, and says what to do. */
export class DataFolderError extends Error {}

/**
 * Creates the data folder when it does not exist, and writes into it.
 *
 * @throws DataFolderError
 */
export const assertUsable = async (folder: string): Promise<void> => {
  const probe = join(folder, `.writable-${process.pid}`);
  try {
    await makeFolder(resolve(folder));
    await writeFile(probe, '', { mode: 0o600 });
    await rm(probe);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'it is not a folder' : `it cannot be written to (${code})`;
    throw new DataFolderError(`The data folder ${folder} cannot be used: ${why}. Choose another folder.`);
  }
};

/** Node's own recursive mkdir never returns for a path under /proc, where making a folder fails with ENOENT. */
const makeFolder = async (folder: string): Promise<void> => {
  if (await isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolder(parent);
  await mkdir(folder, { mode: 0o700 }).catch(async (error) => {
    // Another run may have been first.
    if (!(await isFolder(folder))) throw error;
  });
};

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * Locks a data folder for this process. Creates it when it does not exist.
 *
 * @returns releases the lock
 * @throws DataFolderError when another running process holds the lock, or the lock cannot be read
 */
export const takeDataFolder = async (folder: string): Promise<() => Promise<void>> => {
  await assertUsable(folder);
  const lock = join(folder, 'lock');
  const content = `${process.pid} ${identityOf(process.pid)}`.trim();
  const take = () => writeFile(lock, content, { flag: 'wx', mode: 0o600 });
  try {
    await take().catch(async (error) => {
      if (error.code !== 'EEXIST') throw error;
      const owner = parseLock(await readFile(lock, 'utf8'));
      if (holds(owner)) {
        throw new DataFolderError(
          `The data folder ${folder} is in use by process ${owner.processId}: stop that process, or choose another ` +
            `folder. If that process is another program, delete ${lock}.`,
        );
      }
      await rm(lock, { force: true });
      await take();
    });
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new DataFolderError(`${lock} cannot be used (${code}): stop other runs, delete it, and start again.`);
  }
  return () => rm(lock, { force: true });
};

interface LockOwner {
  readonly processId: number;
  /** Empty in the lock of a machine that cannot tell. */
  readonly identity: string;
}

const parseLock = (text: string): LockOwner => {
  const [processId = '', ...identity] = text.trim().split(' ');
  return { processId: Number(processId), identity: identity.join(' ') };
};

/** After a power cut, another program may have got the same number. Then it has another identity. */
const holds = ({ processId, identity }: LockOwner): boolean => {
  if (processId === process.pid || !isRunning(processId)) return false;
  const current = identityOf(processId);
  return identity === '' || current === '' || identity === current;
};

/** Written last by a first start. When it exists, the other files must exist too. */
export const LAST_FILE = 'custom-resources.json';

/**
 * Refuses a folder from which a file has been removed. A start would create the file anew, without the keys or rows that
 * the other files refer to.
 *
 * @param names what a complete folder holds
 * @throws DataFolderError
 */
export const assertComplete = async (folder: string, names: readonly string[]): Promise<void> => {
  if (!(await exists(join(folder, LAST_FILE)))) return;
  for (const name of names) {
    if (!(await exists(join(folder, name)))) throw lost(join(folder, name), 'is missing');
  }
};

/** @returns the error for a file or folder that is there no longer as it was written */
export const lost = (path: string, what: string): DataFolderError =>
  new DataFolderError(`${path} ${what}: restore it, or start with an empty data folder.`);

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
