import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { User } from '../support/browser/user.ts';
import { spoilAccessToken, storedRefreshToken } from '../support/client-profiles/stored.ts';
import { type ClientHome, ClientProcess, createClientHome } from '../support/client-programs/process.ts';
import { sharedCloud } from '../support/cloud/shared-cloud.ts';

// The real mcp-remote: a proxy that a local client uses through stdin and stdout.

const cloud = sharedCloud();

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'local client', version: '1' } },
};
const WHOAMI = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } };

describe.each([
  ['as it comes', []],
  ['with --protocol auto, which finds revision 2026-07-28', ['--protocol', 'auto']],
])('The real mcp-remote, %s', (_, options) => {
  let home: ClientHome;
  let proxy: ClientProcess | undefined;
  beforeAll(async () => {
    home = await createClientHome();
  });
  afterEach(() => proxy?.stop());
  afterAll(() => home.remove());

  const tokenFile = async (): Promise<string> => {
    const files = await readdir(home.path, { recursive: true });
    return join(home.path, files.find((file) => file.endsWith('_tokens.json')) ?? 'no tokens');
  };

  const start = (): ClientProcess => {
    proxy = new ClientProcess(home, 'mcp-remote/dist/proxy.js', [cloud.mcpUrl, ...options]);
    proxy.write(INITIALIZE);
    return proxy;
  };

  const whoami = async (running: ClientProcess): Promise<Record<string, unknown>> => {
    await running.prints(/"id":0.*\n/, 'stdout');
    running.write({ jsonrpc: '2.0', method: 'notifications/initialized' });
    running.write(WHOAMI);
    const [line] = await running.prints(/^.*"id":1.*$/m, 'stdout');
    return JSON.parse(JSON.parse(line).result.content[0].text);
  };

  it('signs in through the browser and prints the caller', async () => {
    const running = start();
    await running.signIn(new User(cloud, 'mary'));
    expect(await whoami(running)).toMatchObject({ clientId: expect.any(String), scopes: ['mcp', 'offline_access'] });
  });

  it('refreshes by itself, without a browser, when its token is refused', async () => {
    const file = await tokenFile();
    const before = await storedRefreshToken(file);
    await spoilAccessToken(file);
    const running = start();
    expect(await whoami(running)).toMatchObject({ clientId: expect.any(String) });
    expect(running.output).not.toContain('/authorize?');
    expect(await storedRefreshToken(file)).not.toBe(before);
  });
});
