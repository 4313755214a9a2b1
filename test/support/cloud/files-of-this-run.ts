import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ASSEMBLY_CACHE_VARIABLE } from '../../../tools/local/assembly.ts';

const VARIABLE = 'GATEHOUSE_TEST_TEMPLATES';
/** A folder for the files of the run, which stays. By default the run makes one and removes it. */
const FOLDER_VARIABLE = 'GATEHOUSE_TEST_FOLDER';

/** The folder of what is kept from run to run. */
const KEPT_VARIABLE = 'GATEHOUSE_TEST_KEPT';

/**
 * Gives this run one folder for its temporary files, the synthesized templates among them. Does nothing when it is called
 * again.
 */
export default (): void => {
  if (process.env[VARIABLE] !== undefined) return;
  process.env[KEPT_VARIABLE] = tmpdir();
  // What V8 compiled, for every process and worker thread of the tests.
  process.env.NODE_COMPILE_CACHE ??= keptFolder('compile-cache');
  const folder = process.env[FOLDER_VARIABLE] ?? newFolder();
  process.env.TMPDIR = folder;
  process.env[VARIABLE] = mkdtempSync(join(folder, 'templates-'));
  process.env[ASSEMBLY_CACHE_VARIABLE] = join(folder, 'assemblies');
};

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tests-'));
  // A browser that is ending may still write.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
};

/** Path of a folder that is kept from run to run. */
export const keptFolder = (name: string): string => join(process.env[KEPT_VARIABLE] ?? tmpdir(), `gatehouse-${name}`);

export const templatesOfThisRun = (): string => {
  const folder = process.env[VARIABLE];
  if (!folder) throw new Error('no folder for templates: run this test through jest, whose global set-up makes it');
  return folder;
};
