import { User } from '../support/browser/user.ts';
import { ClientDocuments } from '../support/client-profiles/documents.ts';
import { playsThrough } from '../support/client-profiles/play.ts';
import type { ClientProfile } from '../support/client-profiles/profile.ts';
import { type ClientHome, ClientProcess, createClientHome } from '../support/client-programs/process.ts';
import { type LocalCloud, startLocalCloud } from '../support/cloud/local-cloud.ts';
import { readClientSecret } from '../support/cloud/secrets.ts';
import { freePortPair } from '../support/memory/ports.ts';
import { claudeConfigured } from './profiles/claude.ts';
import { copilotConfigured } from './profiles/copilot.ts';
import { geminiConfigured } from './profiles/gemini.ts';
import { kiroConfigured } from './profiles/kiro.ts';

// Clients that the operator configured. A user typed the client id into each of them.

const profiles = [...claudeConfigured, ...copilotConfigured, ...geminiConfigured, ...kiroConfigured];
const INSPECTOR = {
  name: 'Inspector of our company',
  redirectUris: ['http://127.0.0.1/oauth/callback'],
  authentication: 'client_secret_basic',
} as const;

const configured = (profile: ClientProfile) => {
  const { identification } = profile;
  if (identification.kind !== 'configured') throw new Error(`${profile.name} is not configured`);
  return [identification.clientId, identification.configuration] as const;
};

let cloud: LocalCloud;
let secrets: Readonly<Record<string, string>>;
const documents = new ClientDocuments();
beforeAll(async () => {
  await documents.start();
  const clients = Object.fromEntries([...profiles.map(configured), ['inspector', INSPECTOR] as const]);
  cloud = await startLocalCloud({ config: { clients } });
  const confidential = Object.entries(clients).filter(([, client]) =>
    client.authentication.startsWith('client_secret'),
  );
  secrets = Object.fromEntries(
    await Promise.all(confidential.map(async ([id]) => [id, await readClientSecret(cloud.output(), id)] as const)),
  );
}, 60_000);
afterAll(async () => {
  await cloud?.stop();
  await documents.stop();
});

describe.each(profiles.map((profile) => [profile.name, profile] as const))('%s', (_, profile) => {
  playsThrough(profile, () => ({ cloud, documents, secrets }));
});

describe("The real Inspector's command line, with a client id and a secret", () => {
  let home: ClientHome;
  beforeAll(async () => {
    home = await createClientHome();
  });
  afterAll(() => home.remove());

  it('signs in through the browser and prints the caller', async () => {
    const callback = `http://127.0.0.1:${await freePortPair()}/oauth/callback`;
    const client = ['--client-id', 'inspector', '--client-secret', secrets.inspector ?? '', '--callback-url', callback];
    const call = new ClientProcess(
      home,
      '@modelcontextprotocol/inspector/clients/launcher/build/index.js',
      [
        ...['--cli', cloud.mcpUrl, '--transport', 'http', '--method', 'tools/call', '--tool-name', 'whoami'],
        ...['--format', 'json', ...client],
      ],
      { MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'memory' },
    );
    await call.signIn(new User(cloud, 'mary'));
    expect({ code: await call.end(), output: call.output }).toMatchObject({ code: 0 });
    expect(JSON.parse(JSON.parse(call.stdout).result.content[0].text)).toMatchObject({ clientId: 'inspector' });
  });
});
