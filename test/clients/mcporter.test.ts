import { join } from 'node:path';
import { User } from '../support/browser/user.ts';
import { spoilAccessToken, storedClientId, storedRefreshToken } from '../support/client-profiles/stored.ts';
import { type ClientHome, ClientProcess, createClientHome } from '../support/client-programs/process.ts';
import { sharedCloud } from '../support/cloud/shared-cloud.ts';

// The real mcporter, which is built with @modelcontextprotocol/sdk 1.x.

const cloud = sharedCloud();

describe('The real mcporter', () => {
  let home: ClientHome;
  let file: string;
  beforeAll(async () => {
    home = await createClientHome();
    file = join(home.path, '.mcporter', 'credentials.json');
  });
  afterAll(() => home.remove());

  const run = (...args: string[]): ClientProcess => new ClientProcess(home, 'mcporter/dist/cli.js', args);

  const whoami = async (): Promise<Record<string, unknown>> => {
    const call = run('call', 'gatehouse.whoami');
    expect({ code: await call.end(), stderr: call.stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(call.stdout);
  };

  it('is configured with the connector URL', async () => {
    // It listens on another port in each run and registers again. Gatehouse returns the same client, so tokens stay valid.
    const add = run('config', 'add', 'gatehouse', cloud.mcpUrl, '--auth', 'oauth', '--scope', 'home');
    expect({ code: await add.end(), output: add.output }).toEqual({ code: 0, output: expect.any(String) });
  });

  it('signs in through the browser', async () => {
    const login = run('auth', 'gatehouse', '--no-browser');
    await login.signIn(new User(cloud, 'mary'));
    expect({ code: await login.end(), output: login.output }).toEqual({ code: 0, output: expect.any(String) });
  });

  it('prints the caller', async () => {
    expect(await whoami()).toMatchObject({ clientId: await storedClientId(file), scopes: ['mcp'] });
  });

  it('refreshes by itself when its token is refused', async () => {
    const before = await storedRefreshToken(file);
    await spoilAccessToken(file);
    expect(await whoami()).toMatchObject({ clientId: await storedClientId(file) });
    expect(await storedRefreshToken(file)).not.toBe(before);
  });
});
