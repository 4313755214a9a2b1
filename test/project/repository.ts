import { readdirSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const IGNORED = ['.git', ...textOf('.gitignore').split('\n')].map((line) => line.replace(/\/$/, '')).filter(Boolean);

/**
 * The paths of the repository's files, relative to its root, except what `.gitignore` names. It asks the file system
 * and not git, because an archive of the sources has no history.
 */
export const repositoryFiles = (folder = ''): readonly string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !IGNORED.some((pattern) => matchesGlob(name, pattern)))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? repositoryFiles(path) : [path];
    });

/** Whether a file holds text, which has no NUL character, rather than an image. */
export const isText = (path: string): boolean => !textOf(path).includes('\0');

/** The pages that people read, as paths relative to the root. */
export const documents = (): readonly string[] => repositoryFiles().filter((path) => path.endsWith('.md'));
