import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../../lib/functions/bundles.ts';

const LOG = join(PACKAGE_DIRECTORY, '.gatehouse/shared-cloud.log');

/**
 * Ends the shared local cloud. Fails the run if any request of any test got a server error, or if a secret
 * appears in its output or in the logs of its functions (catalogue #233). It also fails if a function logged anything but
 * the events of the list (#237).
 */
export default async (): Promise<void> => {
  const cloud = globalThis.sharedLocalCloud;
  if (cloud === undefined) return;
  const report = await cloud.report();
  const exitCode = await cloud.stop();
  await mkdir(dirname(LOG), { recursive: true });
  await writeFile(LOG, cloud.output());
  const faults = cloud.output().match(/^.* 5\d\d \d+ ms.*$/gm) ?? [];
  if (faults.length > 0) {
    throw new Error(
      `the local cloud answered ${faults.length} requests with 5xx (all in ${LOG}):\n${faults.slice(0, 20).join('\n')}`,
    );
  }
  const secrets = cloud.output().match(/^.*(?:gh_(?:ac|rt|cs)_|eyJ[\w-]{20}|[?&]code=).*$/gm) ?? [];
  if (secrets.length > 0) throw new Error(`the local cloud printed secrets on ${secrets.length} lines, see ${LOG}`);
  if (report.leaks.length > 0) {
    throw new Error(
      `functions logged ${report.leaks.length} secrets: ${JSON.stringify(report.leaks.slice(0, 20), null, 2)}`,
    );
  }
  if (report.eventProblems.length > 0) {
    throw new Error(`functions logged what is not in the list of events:\n${report.eventProblems.join('\n')}`);
  }
  if (exitCode !== 0) throw new Error(`the local cloud ended with exit code ${exitCode}, see ${LOG}`);
};
