import type { IncomingMessage, ServerResponse } from 'node:http';
import { startBearerProxy } from '../../../test/support/backends/bearer-proxy.ts';
import { startBackend } from '../../../test/support/backends/mcp-backend.ts';
import { User } from '../../../test/support/browser/user.ts';
import prepareRun from '../../../test/support/cloud/files-of-this-run.ts';
import { startLocalCloud } from '../../../test/support/cloud/local-cloud.ts';
import { obtainSession } from '../../../test/support/http/oauth-requests.ts';
import { type Checks, runScenarios } from './runner.ts';
import { statefulServer } from './stateful-server.ts';
import { statelessServer } from './stateless-server.ts';

// `npm run clients:conformance`: every server scenario that belongs to a revision, directly against a server, and through
// Gatehouse with and without rules about tools. No check that passes directly may fail through Gatehouse. The exit code
// is 1 if one does. Scenarios of extensions (tasks, skills) belong to no revision.

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const WITHOUT_RULES = { required: ['mcp'] };
const WITH_RULES = { ...WITHOUT_RULES, tools: { 'delete_*': ['mcp:write'] } };

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Refuses the requests of DNS rebinding, as a server on this machine should. */
const onLocalhost =
  (listener: Listener): Listener =>
  (request, response) => {
    const { host, origin } = request.headers;
    const hosts = [`http://${host}`, ...(origin === undefined ? [] : [origin])].map((url) => URL.parse(url)?.hostname);
    if (hosts.every((name) => name === 'localhost' || name === '127.0.0.1')) listener(request, response);
    else response.writeHead(403).end();
  };

prepareRun();
const stateful = await startBackend(onLocalhost(statefulServer()));
const stateless = await startBackend(onLocalhost(statelessServer()));
const server = ({ url }: typeof stateful, scopes: object) => ({ backend: { kind: 'http', url }, scopes });
const cloud = await startLocalCloud({
  config: {
    servers: {
      '/stateful': server(stateful, WITHOUT_RULES),
      '/stateful-rules': server(stateful, WITH_RULES),
      '/stateless': server(stateless, WITHOUT_RULES),
      '/stateless-rules': server(stateless, WITH_RULES),
    },
  },
});
const user = new User(cloud, 'rune');

const throughGatehouse = async (path: string, revision: string): Promise<Checks> => {
  const parameters = { resource: `${cloud.origin}${path}`, scope: 'mcp' };
  const { accessToken } = await obtainSession(cloud, { user, parameters });
  const proxy = await startBearerProxy(new URL(parameters.resource), accessToken);
  const checks = await runScenarios(proxy.url, revision);
  await proxy.close();
  return checks;
};

// The runner reports what it sees as INFO, and what a server leaves out as SKIPPED. Neither is a verdict.
const hasPassed = (checks: Checks, id: string): boolean => checks.get(id)?.status === 'SUCCESS';
const scenariosOf = (ids: Iterable<string>): number => new Set([...ids].map((id) => id.split(' ')[0])).size;
const passedIn = (checks: Checks): string[] => [...checks.keys()].filter((id) => hasPassed(checks, id));

print('| Revision | Server | Scenarios | Checks passed | Worse than directly |');
print('|----------|--------|-----------|---------------|---------------------|');
const worse: string[] = [];
const notServed: string[] = [];
for (const [revision, path, { url }] of [
  ['2025-06-18', '/stateful', stateful],
  ['2025-11-25', '/stateful', stateful],
  ['2026-07-28', '/stateless', stateless],
] as const) {
  const directly = await runScenarios(url, revision);
  const passed = passedIn(directly);
  print(`| ${revision} | directly | ${scenariosOf(directly.keys())} | ${passed.length} | |`);
  if (passed.length === 0) worse.push(`${revision}: no check passes directly`);
  for (const [id, { status, message }] of directly) {
    if (status === 'FAILURE') notServed.push(`${revision} ${id}: ${message.slice(0, 200)}`);
  }
  for (const [name, suffix] of Object.entries({ 'without rules': '', 'with rules': '-rules' })) {
    const checks = await throughGatehouse(`${path}${suffix}`, revision);
    const lost = passed.filter((id) => !hasPassed(checks, id));
    print(`| ${revision} | ${name} | ${scenariosOf(checks.keys())} | ${passedIn(checks).length} | ${lost.length} |`);
    worse.push(...lost.map((id) => `${revision} ${name} ${id}: ${JSON.stringify(checks.get(id) ?? 'no result')}`));
  }
}
await cloud.stop();
await Promise.all([stateful.close(), stateless.close()]);

if (notServed.length > 0) print(`\nThese checks fail directly, too:\n${notServed.join('\n')}`);
if (worse.length > 0) print(`\nThese checks fail through Gatehouse only:\n${worse.join('\n')}`);
process.exit(worse.length === 0 ? 0 : 1);
