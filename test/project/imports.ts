import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../lib/functions/bundles.ts';

/** One import of a file. */
export interface Import {
  /** Path of the importing file, from the root of the repository. */
  readonly file: string;
  /** What it imports: a path from the root for a file of ours, and the specifier for a package. */
  readonly target: string;
  readonly isOurs: boolean;
}

/** `from '…'`, `import '…'` and `import('…')`, in value, type and re-exporting statements. */
const SPECIFIER = /\b(?:from|import)\s*\(?\s*'([\w@./:-]+)'/g;

/**
 * Every import in the text of a file, type-only ones included.
 * @param file path from the root of the repository
 */
export const importsIn = (file: string, text: string): Import[] =>
  [...text.matchAll(SPECIFIER)].map(([, specifier = '']) =>
    specifier.startsWith('.')
      ? { file, target: normalize(join(dirname(file), specifier)), isOurs: true }
      : { file, target: specifier, isOurs: false },
  );

/** Paths of our source files, from the root of the repository. */
export const sourceFiles = (): string[] =>
  globSync('{bin,lib,lambdas,tools,test}/**/*.ts', { cwd: PACKAGE_DIRECTORY }).sort();

/** The imports of all our source files. */
export const allImports = (): Import[] =>
  sourceFiles().flatMap((file) => importsIn(file, readFileSync(join(PACKAGE_DIRECTORY, file), 'utf8')));
