import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../../lib/functions/bundles.ts';
import { User } from '../../../test/support/browser/user.ts';
import prepareRun from '../../../test/support/cloud/files-of-this-run.ts';
import { startLocalCloud } from '../../../test/support/cloud/local-cloud.ts';
import { obtainSession } from '../../../test/support/http/oauth-requests.ts';
import { MissingToolError } from '../../toolchains/missing-tool-error.ts';
import { installPythonPackages } from '../../toolchains/python.ts';
import { SCANNERS } from './scanners.ts';

// `npm run clients:scanners`: scanners that others wrote look for faults in the local run.
// Exit code 1 for a finding that has no explanation; a scanner that cannot be installed here is skipped, with the reason.

const FOLDER = join(PACKAGE_DIRECTORY, '.gatehouse/scanners');

prepareRun();
const cloud = await startLocalCloud({
  config: {
    servers: {
      '/mcp': { allowedOrigins: ['https://app.example.com'] },
      '/other': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } },
    },
  },
});
const user = new User(cloud, 'scanner');
const { accessToken } = await obtainSession(cloud, { user });

const rows: string[] = ['| Scanner | Version | Checks | Findings |', '|---|---|---|---|'];
const unexplained: string[] = [];
for (const { name, version, packages, scan, explained } of SCANNERS) {
  const home = await mkdtemp(join(tmpdir(), 'scanner-'));
  const target = {
    origin: cloud.origin,
    url: cloud.mcpUrl,
    otherUrl: `${cloud.origin}/other`,
    accessToken,
    user,
    home,
  };
  try {
    const programs = await installPythonPackages(join(FOLDER, `${name}-${version}`), packages);
    const { checks, findings } = await scan(programs, target);
    const shown = findings.map(({ id, message }) => {
      const reason = explained[id];
      if (reason === undefined) unexplained.push(`${name} ${id}: ${message}`);
      return `${id}: ${reason ?? 'NOT EXPLAINED'}`;
    });
    rows.push(`| ${name} | ${version} | ${checks} | ${shown.join('; ') || 'none'} |`);
  } catch (error) {
    if (!(error instanceof MissingToolError)) throw error;
    rows.push(`| ${name} | ${version} | skipped: ${error.message} | |`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
const exitCode = await cloud.stop();
if (/ 5\d\d \d+ ms/.test(cloud.output())) unexplained.push('the local run answered with 5xx');
process.stdout.write(`${rows.join('\n')}\n${unexplained.map((line) => `\n${line}`).join('')}\n`);
process.exit(unexplained.length === 0 && exitCode === 0 ? 0 : 1);
