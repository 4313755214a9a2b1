import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CONFORMANCE_RUNNER } from '../../../test/support/client-programs/conformance-runner.ts';

/** The state of each check: `<scenario> <check>`, numbered where a check is repeated. */
export type Checks = ReadonlyMap<string, { readonly status: string; readonly message: string }>;

/** Runs every server scenario that applies to a revision; the runner leaves out the others. */
export const runScenarios = async (url: string, revision: string): Promise<Checks> => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-conformance-'));
  const options = ['server', '--url', url, '--suite', 'all', '--spec-version', revision, '-o', folder];
  try {
    const child = spawn(process.execPath, ['--no-warnings', CONFORMANCE_RUNNER, ...options], { stdio: 'ignore' });
    await once(child, 'close');
    return await readChecks(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const readChecks = async (folder: string): Promise<Checks> => {
  const checks = new Map<string, { status: string; message: string }>();
  for (const name of await readdir(folder, { recursive: true })) {
    if (basename(name) !== 'checks.json') continue;
    const scenario = basename(dirname(name)).replace(/^server-|-\d{4}-\d\d-\d\dT.*$/g, '');
    const seen = new Map<string, number>();
    for (const { id, status, errorMessage } of JSON.parse(await readFile(join(folder, name), 'utf8'))) {
      const count = (seen.get(id) ?? 0) + 1;
      seen.set(id, count);
      checks.set(`${scenario} ${id}${count > 1 ? ` ${count}` : ''}`, { status, message: errorMessage ?? '' });
    }
  }
  return checks;
};
