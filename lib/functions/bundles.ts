import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** The package's root, wherever it is installed. */
export const PACKAGE_DIRECTORY = join(import.meta.dirname, '../..');
/** Where a function's bundle lies: `dist/<function>/index.mjs`. */
export const BUNDLE_DIRECTORY = join(PACKAGE_DIRECTORY, 'dist');

const SOURCE_DIRECTORY = join(PACKAGE_DIRECTORY, 'lambdas');

// CommonJS packages inside an ES module still call require().
const REQUIRE_BANNER = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

export interface BundleOptions {
  /** Folder that gets `<function>/index.mjs`; by default `dist/` of the package. */
  readonly outputDirectory?: string;
}

/** The functions there are: every folder of `lambdas/` with an index.ts. */
export const functionNames = (): string[] => globSync('*/index.ts', { cwd: SOURCE_DIRECTORY }).map(dirname).sort();

/**
 * Bundles every function by one esbuild call: ES modules, minified, for Node 24, the AWS SDK included.
 *
 * @returns esbuild's metafile: which inputs each bundle is made of, and its size in bytes
 */
export const bundleFunctions = async (options: BundleOptions = {}): Promise<Metafile> => {
  const outputDirectory = options.outputDirectory ?? BUNDLE_DIRECTORY;
  const result = await build({
    absWorkingDir: PACKAGE_DIRECTORY,
    entryPoints: functionNames().map((name) => join(SOURCE_DIRECTORY, name, 'index.ts')),
    outbase: SOURCE_DIRECTORY,
    outdir: outputDirectory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_BANNER },
    legalComments: 'none',
    logLevel: 'silent',
    metafile: true,
    write: false,
  });
  await Promise.all(result.outputFiles.map(({ path, contents }) => writeWhenChanged(path, contents)));
  return result.metafile;
};

/** What the bundles in `dist/` were made of, so that nobody makes the same ones again. */
const STAMP_FILE = join(BUNDLE_DIRECTORY, '.made-of');

/** Bundles every function into `dist/`, unless the bundles there are of the very same sources and packages. */
export const ensureBundles = async (): Promise<void> => {
  const inputs = inputsHash();
  const isMade = functionNames().every((name) => existsSync(join(BUNDLE_DIRECTORY, name, 'index.mjs')));
  if (isMade && existsSync(STAMP_FILE) && readFileSync(STAMP_FILE, 'utf8') === inputs) return;
  await bundleFunctions();
  await writeWhenChanged(STAMP_FILE, Buffer.from(inputs));
};

/** SHA-256 over the sources, how they are bundled, and the exact packages that are installed. */
const inputsHash = (): string => {
  const sources = globSync('lambdas/**/*.ts', { cwd: PACKAGE_DIRECTORY }).sort();
  const hash = createHash('sha256');
  for (const file of [...sources, 'lib/functions/bundles.ts', 'package.json', 'node_modules/.package-lock.json']) {
    const path = join(PACKAGE_DIRECTORY, file);
    hash
      .update(`${file}\0`)
      .update(existsSync(path) ? readFileSync(path) : '')
      .update('\0');
  }
  return hash.digest('base64url');
};

/** Replaces the file in one step, so that another process that reads it never sees half of it. */
const writeWhenChanged = async (path: string, contents: Uint8Array): Promise<void> => {
  const current = await readFile(path).catch(() => undefined);
  if (current?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
};
