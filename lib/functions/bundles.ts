import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** The root of the package. */
export const PACKAGE_DIRECTORY = join(import.meta.dirname, '../..');
/** The folder of the bundles: `dist/<function>/index.mjs`. */
export const BUNDLE_DIRECTORY = join(PACKAGE_DIRECTORY, 'dist');

const SOURCE_DIRECTORY = join(PACKAGE_DIRECTORY, 'lambdas');

// CommonJS packages in an ES module still call require().
const REQUIRE_BANNER = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

export interface BundleOptions {
  /**
   * Folder that receives `<function>/index.mjs`.
   *
   * @default `dist/` of the package
   */
  readonly outputDirectory?: string;
}

/** Names of all functions: the folders of `lambdas/` with an index.ts. */
export const functionNames = (): string[] => globSync('*/index.ts', { cwd: SOURCE_DIRECTORY }).map(dirname).sort();

/**
 * Bundles every function with one esbuild call: minified ES modules for Node 24, including the AWS SDK.
 *
 * @returns esbuild's metafile: the inputs of each bundle, and its size in bytes
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
    alias: {
      '@aws-sdk/credential-provider-node': join(SOURCE_DIRECTORY, 'runtime/adapters/environment-credentials.ts'),
    },
    banner: { js: REQUIRE_BANNER },
    legalComments: 'none',
    logLevel: 'silent',
    metafile: true,
    write: false,
  });
  await Promise.all(result.outputFiles.map(({ path, contents }) => writeWhenChanged(path, contents)));
  return result.metafile;
};

/** Holds the hash of the sources of the bundles in `dist/`, so the same bundles are not built twice. */
const STAMP_FILE = join(BUNDLE_DIRECTORY, '.made-of');

/** Bundles every function into `dist/`, unless the bundles there come from the same sources and packages. */
export const ensureBundles = async (): Promise<void> => {
  const inputs = inputsHash();
  const isMade = functionNames().every((name) => existsSync(join(BUNDLE_DIRECTORY, name, 'index.mjs')));
  if (isMade && existsSync(STAMP_FILE) && readFileSync(STAMP_FILE, 'utf8') === inputs) return;
  await bundleFunctions();
  await writeWhenChanged(STAMP_FILE, Buffer.from(inputs));
};

/** SHA-256 of the sources, of this file, and of the list of installed packages. */
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

/** Replaces the file in one step, so another process never reads half of it. */
const writeWhenChanged = async (path: string, contents: Uint8Array): Promise<void> => {
  const current = await readFile(path).catch(() => undefined);
  if (current?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
};
