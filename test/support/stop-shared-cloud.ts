import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Ends the shared local cloud. Fails the run when anything that was asked of it, by whatever test, was answered as a
 * fault of ours, or when a code, token or secret stands in what it printed.
 */
export default async (): Promise<void> => {
  const cloud = globalThis.sharedLocalCloud;
  if (cloud === undefined) return;
  const exitCode = await cloud.stop();
  const file = join(tmpdir(), `gatehouse-test-${process.pid}.log`);
  await writeFile(file, cloud.output());
  const faults = cloud.output().match(/^.* 5\d\d \d+ ms.*$/gm) ?? [];
  if (faults.length > 0) {
    throw new Error(
      `the local cloud answered ${faults.length} requests with 5xx (all in ${file}):\n${faults.slice(0, 20).join('\n')}`,
    );
  }
  const secrets = cloud.output().match(/^.*(?:gh_(?:ac|rt|cs)_|eyJ[\w-]{20}|[?&]code=).*$/gm) ?? [];
  if (secrets.length > 0) throw new Error(`the local cloud printed secrets on ${secrets.length} lines, see ${file}`);
  if (exitCode !== 0) throw new Error(`the local cloud ended with exit code ${exitCode}, see ${file}`);
};
