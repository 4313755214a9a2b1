import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startBearerProxy } from '../../support/backends/bearer-proxy.ts';
import { startBackend, statefulServer, statelessServer } from '../../support/backends/mcp-backend.ts';
import { User } from '../../support/browser/user.ts';
import { CONFORMANCE_RUNNER } from '../../support/client-programs/conformance-runner.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { obtainSession } from '../../support/http/oauth-requests.ts';

// The server scenarios of the runner that depend most on what Gatehouse forwards. A proxy adds the token the runner lacks.
// Every server here has a tool rule, so that POST passes the inspector too. `npm run clients:conformance` runs all
// scenarios over HTTP backends; those of the example server, a Lambda function, are only here.

let cloud: LocalCloud;
let backends: Awaited<ReturnType<typeof startBackend>>[];
const proxies = new Map<string, Awaited<ReturnType<typeof startBearerProxy>>>();

beforeAll(async () => {
  backends = [await startBackend(statelessServer()), await startBackend(statefulServer().listener)];
  const [stateless, stateful] = backends.map(({ url }) => ({
    backend: { kind: 'http', url },
    scopes: { required: ['mcp'], tools: { 'delete_*': ['mcp:write'] } },
  }));
  cloud = await startLocalCloud({ config: { servers: { '/stateless': stateless, '/stateful': stateful } } });
  for (const path of ['/mcp', '/stateless', '/stateful']) {
    const parameters = { resource: `${cloud.origin}${path}`, scope: 'mcp' };
    const { accessToken } = await obtainSession(cloud, { user: new User(cloud, 'rune'), parameters });
    proxies.set(path, await startBearerProxy(new URL(`${cloud.origin}${path}`), accessToken));
  }
}, 60_000);
afterAll(async () => {
  await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
  await cloud?.stop();
  await Promise.all((backends ?? []).map((backend) => backend.close()));
});

const run = async (path: string, scenario: string, revision: string): Promise<string> => {
  const url = proxies.get(path)?.url ?? '';
  const parameters = ['server', '--url', url, '--scenario', scenario, '--spec-version', revision];
  const child = spawn(process.execPath, [CONFORMANCE_RUNNER, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  await once(child, 'close');
  const result = /^Passed: .*$/m.exec(output)?.[0] ?? '';
  return /^Passed: [1-9]\d*\/\d+, 0 failed, 0 warnings$/.test(result) ? 'passed' : output;
};

describe('MCP conformance runner 0.2.0-alpha.12, server scenarios through Gatehouse', () => {
  it.each([
    // The example server, a Lambda function.
    ['/mcp', 'http-header-validation', '2026-07-28'],
    ['/mcp', 'dns-rebinding-protection', '2026-07-28'],
    ['/mcp', 'server-sse-multiple-streams', '2026-07-28'],
    ['/mcp', 'tools-list', '2026-07-28'],
    ['/mcp', 'tools-list', '2025-06-18'],
    ['/mcp', 'ping', '2025-11-25'],
    ['/mcp', 'server-initialize', '2025-11-25'],
    // HTTP backends.
    ['/stateless', 'http-custom-header-server-validation', '2026-07-28'],
    ['/stateless', 'tools-call-with-progress', '2026-07-28'],
    ['/stateful', 'server-session-lifecycle', '2025-11-25'],
  ])('%s: %s, revision %s', async (path, scenario, revision) => {
    expect(await run(path, scenario, revision)).toBe('passed');
  });
});
