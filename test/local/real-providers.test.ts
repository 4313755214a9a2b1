import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { terminalPrompt } from '../../tools/local/prompt.ts';
import type { Ask } from '../../tools/local/provider-secrets.ts';
import { User } from '../support/browser/user.ts';
import { type LocalCloudOptions, startLocalCloud } from '../support/cloud/local-cloud.ts';
import { authorizationRequest, callbackParameters, registerClient } from '../support/http/oauth-requests.ts';
import { freePortPair } from '../support/memory/ports.ts';
import { CREDENTIALS, startUpstreamProvider } from '../support/providers/upstream-provider.ts';

const PUBLIC = ['--public-url', 'https://name.example'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-real-'));
});
afterAll(() => rm(folder, { recursive: true }));

const secretsFile = async (content: unknown): Promise<string> => {
  const file = join(folder, `${Math.random()}.json`);
  await writeFile(file, JSON.stringify(content));
  return file;
};

/** What the run prints, or the message with which it refuses to start. */
const outcomeOf = (options: LocalCloudOptions, ask?: Ask): Promise<string> =>
  startLocalCloud(options, { ask }).then(
    async (cloud) => {
      await cloud.stop();
      return `started\n${cloud.output()}`;
    },
    (error: Error) => error.message,
  );

describe('Development providers, which take any login,', () => {
  it.each([
    ['are refused', 'a public URL of another host', PUBLIC, /^--public-url https:\/\/name\.example: .*\(company\)/],
    ['are refused', 'another address', ['--public-url', 'https://192.0.2.1'], /takes any login without a password/],
    ['are refused', 'a host that only looks local', ['--public-url', 'https://localhost.example'], /takes any login/],
    ['are offered', 'localhost', ['--public-url', 'https://localhost:8443'], /^started/],
    ['are offered', '127.0.0.1', ['--public-url', 'https://127.0.0.1:8443'], /^started/],
    ['are offered', 'such a URL with the option', [...PUBLIC, '--allow-anyone-on-the-internet'], /^started/],
  ])('%s at %s', async (_what, _where, args, expected) => {
    expect(await outcomeOf({ args })).toMatch(expected);
  });

  it('are refused at a public URL for a user pool that only AWS can have', async () => {
    const config = { identityProviders: { company: null, pool: { kind: 'cognito' } } };
    expect(await outcomeOf({ config, args: [...PUBLIC, '--real-providers'] })).toMatch(/\(pool\)/);
  });

  it('are not used with --real-providers, and a command stores the secret if nothing can be asked', async () => {
    const output = await outcomeOf({ args: [...PUBLIC, '--real-providers'] });
    expect(output).toContain('Log in at      https://login.example.com  (as configured)');
    expect(output).toMatch(/secretsmanager put-secret-value .*CLIENT_SECRET/);
  });
});

describe('The secret of a real identity provider', () => {
  const { clientId: client_id, clientSecret: client_secret } = CREDENTIALS;

  it.each<[string, (id: string) => Promise<{ args: readonly string[]; ask?: Ask }>]>([
    ['a file', async (id) => ({ args: ['--secrets', await secretsFile({ [id]: { client_id, client_secret } })] })],
    ['a prompt', async () => ({ args: [], ask: async (_, isSecret) => (isSecret ? client_secret : client_id) })],
  ])('comes from %s, and users can log in', async (_, given) => {
    const [port, upstreamPort] = [await freePortPair(), await freePortPair()];
    const upstream = await startUpstreamProvider('other', { port: upstreamPort, cloudPort: port });
    const config = { identityProviders: { company: null, other: { kind: 'oidc', issuer: upstream.issuer } } };
    const { args, ask } = await given('other');
    const cloud = await startLocalCloud({ port, config, args: ['--real-providers', ...args] }, { ask });
    const request = authorizationRequest(cloud, await registerClient(cloud));
    const seen = await new User(cloud, 'ada', [upstream.origin]).signIn(request.url);
    expect(callbackParameters(seen).has('code')).toBe(true);
    expect(cloud.output()).not.toContain(client_secret);
    await cloud.stop();
    await upstream.close();
  });

  it('is asked for again if a data folder has that of the development provider only', async () => {
    const dataDir = join(folder, 'data');
    expect(await outcomeOf({ dataDir })).toMatch(/^started/);
    const asked: string[] = [];
    const ask: Ask = async (question) => {
      asked.push(question);
      return question.includes('secret') ? 'of-the-operator' : 'client';
    };
    const port = await freePortPair();
    await outcomeOf({ port, dataDir, args: ['--real-providers'] }, ask);
    expect(asked).toEqual([
      `  Client id at "company" (redirect URI http://localhost:${port}/callback/company): `,
      '  Client secret at "company" (it is not shown): ',
    ]);
    asked.length = 0;
    await outcomeOf({ dataDir, args: ['--real-providers'] }, ask);
    expect(asked).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ['a list', ['canary'], /^--secrets \S+: expected \{"google"/],
    ['a provider that is not there', { googel: { client_secret: 'canary' } }, /\(company\), got "googel"$/],
    ['an empty secret', { company: { client_id: 'canary', client_secret: '' } }, /"client_secret" for "company"$/],
  ])('is refused from a file with %s, by a message without a value of it', async (_, content, expected) => {
    const message = await outcomeOf({ args: ['--real-providers', '--secrets', await secretsFile(content)] });
    expect(message).toMatch(expected);
    expect(message).not.toContain('canary');
  });

  it('is refused from a file while the development provider stands in', async () => {
    const args = ['--secrets', await secretsFile({ company: { client_id: 'a', client_secret: 'b' } })];
    expect(await outcomeOf({ args })).toContain('each is a development provider');
  });
});

describe('The prompt', () => {
  const terminal = (isTTY: boolean) => {
    const [input, output] = [1, 2].map(() => Object.assign(new PassThrough(), { isTTY })) as [Tty, Tty];
    let interrupts = 0;
    const ask = terminalPrompt(input, output, () => {
      interrupts += 1;
    });
    return { input, output, ask, interrupts: () => interrupts };
  };
  type Tty = PassThrough & { readonly isTTY: boolean };

  it('shows what is typed, but not for a secret', async () => {
    const { input, output, ask } = terminal(true);
    const asked = ask?.('Id: ', false);
    input.write('client-1\r');
    expect(await asked).toBe('client-1');
    const secret = ask?.('Secret: ', true);
    input.write('hidden-canary\r');
    expect(await secret).toBe('hidden-canary');
    const shown = String(output.read());
    expect(shown).toContain('client-1');
    expect(shown).toContain('Secret: ');
    expect(shown).not.toContain('canary');
  });

  it('ends the run at Ctrl-C', () => {
    const { input, interrupts, ask } = terminal(true);
    void ask?.('Secret: ', true).catch(() => undefined);
    input.write('\u0003');
    expect(interrupts()).toBe(1);
  });

  it('is left out without a terminal', () => {
    expect(terminal(false).ask).toBeUndefined();
  });
});
