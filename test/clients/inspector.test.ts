import { join } from 'node:path';
import { User } from '../support/browser/user.ts';
import { spoilAccessToken, storedClientId, storedRefreshToken } from '../support/client-profiles/stored.ts';
import { type ClientHome, ClientProcess, createClientHome } from '../support/client-programs/process.ts';
import { sharedCloud } from '../support/cloud/shared-cloud.ts';
import { revoke } from '../support/http/oauth-requests.ts';
import { freePortPair } from '../support/memory/ports.ts';

// The real command-line Inspector, which is built with @modelcontextprotocol/client 2.x.

const cloud = sharedCloud();
const SCRIPT = '@modelcontextprotocol/inspector/clients/launcher/build/index.js';

describe.each([
  ['with initialize', 'legacy'],
  ['of revision 2026-07-28', 'modern'],
])("The real Inspector's command line, %s", (_, era) => {
  let home: ClientHome;
  let secrets: string;
  let callbackUrl: string;
  beforeAll(async () => {
    home = await createClientHome();
    secrets = join(home.path, 'secrets.json');
    callbackUrl = `http://127.0.0.1:${await freePortPair()}/oauth/callback`;
  });
  afterAll(() => home.remove());

  const callWhoami = (...options: string[]): ClientProcess =>
    new ClientProcess(
      home,
      SCRIPT,
      [
        ...['--cli', cloud.mcpUrl, '--transport', 'http', '--protocol-era', era, '--callback-url', callbackUrl],
        ...['--method', 'tools/call', '--tool-name', 'whoami', '--format', 'json', ...options],
      ],
      // Without a terminal the Inspector starts no login, unless this setting says that a user is present.
      { MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file', MCP_INSPECTOR_SECRET_FILE: secrets },
    );

  const printed = async (call: ClientProcess): Promise<Record<string, unknown>> => {
    const code = await call.end();
    if (code !== 0) throw new Error(`it ended with ${code}:\n${call.output}`);
    return JSON.parse(JSON.parse(call.stdout).result.content[0].text);
  };

  it('signs in through the browser and prints the caller', async () => {
    const call = callWhoami();
    await call.signIn(new User(cloud, 'mary'));
    expect(await printed(call)).toMatchObject({
      clientId: await storedClientId(secrets),
      scopes: ['mcp', 'offline_access'],
    });
  });

  it('refreshes by itself, without a browser, when its token is refused', async () => {
    const before = await storedRefreshToken(secrets);
    await spoilAccessToken(secrets);
    const call = callWhoami();
    expect(await printed(call)).toMatchObject({ clientId: await storedClientId(secrets) });
    expect(call.output).not.toContain('/authorize?');
    expect(await storedRefreshToken(secrets)).not.toBe(before);
  });

  it('asks the user again after its grant was revoked', async () => {
    const client = { client_id: await storedClientId(secrets) };
    expect((await revoke(cloud, client, await storedRefreshToken(secrets))).status).toBe(200);
    await spoilAccessToken(secrets);
    const call = callWhoami();
    await call.signIn(new User(cloud, 'mary'));
    expect(await printed(call)).toMatchObject({ clientId: client.client_id });
  });
});
