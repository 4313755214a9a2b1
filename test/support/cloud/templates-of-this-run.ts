import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ASSEMBLY_CACHE_VARIABLE } from '../../../tools/local/assembly.ts';

const VARIABLE = 'GATEHOUSE_TEST_TEMPLATES';

/** Before all tests: a folder for the templates that this run synthesizes. */
export default (): void => {
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
