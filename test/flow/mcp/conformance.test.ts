import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { User } from '../../support/browser/user.ts';
import { CONFORMANCE_RUNNER } from '../../support/client-programs/conformance-runner.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { registerClient } from '../../support/http/oauth-requests.ts';
import { freePortPair } from '../../support/memory/ports.ts';

const cloud = sharedCloud();

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

const filesBelow = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));

/** Runs all authorization scenarios. A simulated user opens the URL that the runner prints. */
const runConformance = async (
  options: readonly string[],
): Promise<{ exitCode: number | null; output: string; checks: Check[] }> => {
  const port = await freePortPair();
  const { client_id } = await registerClient(cloud, {
    client_name: 'MCP conformance runner',
    redirect_uris: [`http://127.0.0.1:${port}/callback`],
  });
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-conformance-'));
  const child = spawn(
    process.execPath,
    [
      CONFORMANCE_RUNNER,
      'authorization',
      '--url',
      cloud.origin,
      '--client-id',
      client_id,
      ...options,
      '-p',
      String(port),
      '-o',
      folder,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  let visited = false;
  const onText = async (chunk: string) => {
    output += chunk;
    const url = /^http\S+\/authorize\?\S+(?=\s)/m.exec(output)?.[0];
    if (url === undefined || visited) return;
    visited = true;
    const { left } = await new User(cloud, 'conny').signIn(url);
    if (left !== undefined) await (await fetch(left)).text();
  };
  child.stdout.setEncoding('utf8').on('data', onText);
  child.stderr.setEncoding('utf8').on('data', onText);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const checks: Check[] = [];
  for (const file of await filesBelow(folder)) {
    const content = JSON.parse(await readFile(file, 'utf8'));
    if (Array.isArray(content)) checks.push(...content);
  }
  await rm(folder, { recursive: true, force: true });
  return { exitCode, output, checks };
};

describe('MCP conformance runner 0.2.0-alpha.12, authorization scenarios', () => {
  it.each([
    ['with --resource', () => ['--resource', cloud.mcpUrl]],
    ['without --resource', () => []],
  ])(
    'pass without a warning, %s',
    async (_name, options) => {
      const { exitCode, output, checks } = await runConformance(options());
      const outcomes = Object.fromEntries(checks.map(({ id, status }) => [id, status]));
      expect({ exitCode, outcomes, ...(exitCode === 0 ? {} : { output }) }).toEqual({
        exitCode: 0,
        outcomes: {
          'authorization-server-metadata': 'SUCCESS',
          'authorization-server-metadata-cimd': 'SUCCESS',
          'authorization-code-grant': 'SUCCESS',
        },
      });
    },
    60_000,
  );
});
