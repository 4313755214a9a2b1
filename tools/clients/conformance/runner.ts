import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

const RUNNER = resolve(import.meta.dirname, '../../../node_modules/@modelcontextprotocol/conformance/dist/index.js');

/** Each check by scenario and id, and whether it passed. */
export type Checks = ReadonlyMap<string, boolean>;

interface Check {
  readonly id: string;
  readonly status: string;
}

/** Runs every server scenario that a revision has. */
export const runSuite = async (url: string, revision: string): Promise<Checks> => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-conformance-'));
  const args = ['server', '--url', url, '--suite', 'all', '--spec-version', revision, '--output-dir', folder];
  const child = spawn(process.execPath, [RUNNER, ...args], { stdio: 'ignore' });
  await once(child, 'close');
  const checks = new Map<string, boolean>();
  for (const file of globSync('**/checks.json', { cwd: folder })) {
    const scenario = basename(dirname(file)).replace(/^server-|-\d{4}-\d\d-\d\dT.*$/g, '');
    for (const { id, status } of JSON.parse(await readFile(join(folder, file), 'utf8')) as Check[]) {
      // A check may be made several times in a scenario, and must then pass each time.
      const name = `${scenario}: ${id}`;
      if (status === 'SUCCESS' || status === 'FAILURE')
        checks.set(name, (checks.get(name) ?? true) && status === 'SUCCESS');
    }
  }
  await rm(folder, { recursive: true });
  return checks;
};
