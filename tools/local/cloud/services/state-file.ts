import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A value that survives the process when it has a file. */
export interface StateFile<T> {
  readonly value: T;
  /** Writes the current value. After this resolves, the value survives even if the process is killed. */
  save(): Promise<void>;
}

/**
 * Reads a JSON file. Uses `initial` when the file does not exist.
 * @param path undefined: the value is in memory only
 * @throws Error naming the file when it is not JSON
 */
export const openStateFile = async <T>(path: string | undefined, initial: T): Promise<StateFile<T>> => {
  if (!path) return { value: initial, save: async () => {} };
  const value = (await readJson(path)) ?? initial;
  let last: Promise<void> = Promise.resolve();
  return {
    value: value as T,
    save: () => {
      last = last.catch(() => {}).then(() => writeAtomically(path, JSON.stringify(value, null, 2)));
      return last;
    },
  };
};

const readJson = async (path: string): Promise<unknown> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${path} is damaged (not JSON): restore it, or start with an empty data folder`);
  }
};

const writeAtomically = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
};
