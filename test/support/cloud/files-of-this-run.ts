import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ASSEMBLY_CACHE_VARIABLE } from '../../../tools/local/assembly.ts';

const VARIABLE = 'GATEHOUSE_TEST_TEMPLATES';

/** What V8 compiled, kept from run to run for every process and worker thread of the tests. */
const COMPILE_CACHE = join(tmpdir(), 'gatehouse-compile-cache');

/**
 * Gives this run one folder for its temporary files, the synthesized templates among them, and removes it at the end.
 * Does nothing when it is called again.
 */
export default (): void => {
  if (process.env[VARIABLE] !== undefined) return;
  process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE;
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tests-'));
  process.env.TMPDIR = folder;
  process.env[VARIABLE] = mkdtempSync(join(folder, 'templates-'));
  process.env[ASSEMBLY_CACHE_VARIABLE] = join(folder, 'assemblies');
  // A browser that is ending may still write.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
};

export const templatesOfThisRun = (): string => {
  const folder = process.env[VARIABLE];
  if (!folder) throw new Error('no folder for templates: run this test through jest, whose global set-up makes it');
  return folder;
};
