import { startBearerProxy } from '../../../test/support/backends/bearer-proxy.ts';
import { startBackend } from '../../../test/support/backends/mcp-backend.ts';
import { User } from '../../../test/support/browser/user.ts';
import { startLocalCloud } from '../../../test/support/cloud/local-cloud.ts';
import prepareTemplates from '../../../test/support/cloud/templates-of-this-run.ts';
import { obtainSession } from '../../../test/support/http/oauth-requests.ts';
import { type Checks, runSuite } from './runner.ts';
import { currentServer, legacyServer } from './server.ts';

// `npm run clients:conformance`: every server scenario of the MCP conformance runner, directly against a server and
// through Gatehouse, with and without rules for tools. No check that passes directly may fail behind Gatehouse.

const RULES = { required: ['mcp'], tools: { 'delete_*': ['mcp:write'] } };
const SERVERS = [
  { name: 'SDK 1.x', listener: legacyServer(), revisions: ['2025-06-18', '2025-11-25'] },
  { name: 'SDK 2.x', listener: currentServer(), revisions: ['2026-07-28'] },
] as const;

prepareTemplates();
const backends = await Promise.all(SERVERS.map(({ listener }) => startBackend(listener)));
const servers = Object.fromEntries(
  backends.flatMap(({ url }, index) => [
    [`/plain-${index}`, { backend: { kind: 'http', url }, scopes: { required: ['mcp'] } }],
    [`/ruled-${index}`, { backend: { kind: 'http', url }, scopes: RULES }],
  ]),
);
const cloud = await startLocalCloud({ config: { servers } });

/** Runs the suite through Gatehouse, with a token that a proxy adds. */
const behindDoor = async (path: string, revision: string): Promise<Checks> => {
  const url = `${cloud.origin}${path}`;
  const parameters = { resource: url, scope: 'mcp' };
  const { accessToken } = await obtainSession(cloud, { user: new User(cloud, 'rune'), parameters });
  const proxy = await startBearerProxy(new URL(url), accessToken);
  try {
    return await runSuite(proxy.url, revision);
  } finally {
    await proxy.close();
  }
};

const passed = (checks: Checks): string[] => [...checks].filter(([, isGood]) => isGood).map(([name]) => name);

let problems = 0;
for (const [index, { name, revisions }] of SERVERS.entries()) {
  for (const revision of revisions) {
    const direct = await runSuite(backends[index]?.url ?? '', revision);
    const good = passed(direct);
    process.stdout.write(`${name}, ${revision}: ${good.length} of ${direct.size} checks pass directly\n`);
    for (const path of [`/plain-${index}`, `/ruled-${index}`]) {
      const door = await behindDoor(path, revision);
      const lost = good.filter((check) => door.get(check) !== true);
      problems += lost.length;
      const kind = path.startsWith('/plain') ? 'without rules' : 'with rules';
      process.stdout.write(`  through Gatehouse ${kind}: ${passed(door).length} pass, ${lost.length} lost\n`);
      for (const check of lost) process.stdout.write(`    lost: ${check}\n`);
    }
  }
}
await cloud.stop();
await Promise.all(backends.map((backend) => backend.close()));
process.exit(problems === 0 ? 0 : 1);
