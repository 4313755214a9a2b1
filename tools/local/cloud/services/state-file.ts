import { open, readFile, rename } from 'node:fs/promises';
import { isRecord } from '../template/shape.ts';
import { lost } from './data-folder.ts';

/** A value that survives the process when it has a file. */
export interface StateFile<T> {
  readonly value: T;
  /** Writes the current value. After this resolves, the value survives even if the process is killed. */
  save(): Promise<void>;
}

/**
 * Reads a JSON file. Uses `initial` when the file does not exist.
 *
 * @param path undefined: the value is in memory only. Otherwise its folder exists.
 * @throws DataFolderError when the file cannot be read, or does not hold an object
 */
export const openStateFile = async <T extends object>(path: string | undefined, initial: T): Promise<StateFile<T>> => {
  if (!path) return { value: initial, save: async () => {} };
  const value = (await readStateFile(path)) ?? initial;
  let last: Promise<void> = Promise.resolve();
  return {
    value: value as T,
    save: () => {
      last = last.catch(() => {}).then(() => writeAtomically(path, JSON.stringify(value, null, 2)));
      return last;
    },
  };
};

/**
 * Reads a JSON file of the data folder.
 *
 * @returns its object, or undefined when there is no such file
 * @throws DataFolderError when the file cannot be read, or does not hold an object
 */
const readStateFile = async (path: string): Promise<Record<string, unknown> | undefined> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw lost(path, `cannot be read (${error.code})`);
  });
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw lost(path, 'is damaged (not JSON)');
  }
  if (!isRecord(value)) throw lost(path, 'is damaged (not an object)');
  return value;
};

const writeAtomically = async (path: string, text: string): Promise<void> => {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
};
