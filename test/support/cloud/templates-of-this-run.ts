import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ASSEMBLY_CACHE_VARIABLE } from '../../../tools/local/assembly.ts';

const VARIABLE = 'GATEHOUSE_TEST_TEMPLATES';

/** What V8 compiled, kept from run to run for every process and worker thread of the tests. */
const COMPILE_CACHE = join(tmpdir(), 'gatehouse-compile-cache');

/** Prepares the folder for the templates that this run synthesizes. Does nothing when it is called again. */
export default (): void => {
  if (process.env[VARIABLE] !== undefined) return;
  process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE;
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-templates-'));
  process.env[VARIABLE] = folder;
  process.env[ASSEMBLY_CACHE_VARIABLE] = join(folder, 'assemblies');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
};

export const templatesOfThisRun = (): string => {
  const folder = process.env[VARIABLE];
  if (!folder) throw new Error('no folder for templates: run this test through jest, whose global set-up makes it');
  return folder;
};
