import { createServer } from 'node:net';
import { failingStart } from '../../support/cloud/cloud-process.ts';
import { type LocalCloudOptions, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { freePortPair } from '../../support/memory/ports.ts';

const expectClear = (output: string, message: RegExp): void => {
  expect(output).toMatch(message);
  expect(output).not.toMatch(/^\s+at .*[:(]\d+/m);
  expect(output).not.toContain('node:internal');
};

/** The message that a start prints; `npm start` prints the message of the error. */
const expectRefusal = async (options: LocalCloudOptions, message: RegExp): Promise<void> => {
  const refusal = await startLocalCloud(options).then(
    () => 'it started',
    (error: unknown) => (error instanceof Error && !(error instanceof TypeError) ? error.message : 'a fault'),
  );
  expectClear(refusal, message);
};

/** Runs while another process listens on the port. */
const withPortTaken = async (port: number, run: () => Promise<void>) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  try {
    await run();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
};

describe('npm start prints one message that names what to change, and exits with code 1', () => {
  it('as the program that it is', async () => {
    const { exitCode, output } = await failingStart({ config: { lifetime: {} } });
    expect(exitCode).toBe(1);
    expectClear(output, /\blifetime\b/);
  });

  it.each<[string, LocalCloudOptions, RegExp]>([
    ['an unknown configuration key', { config: { lifetime: {} } }, /\blifetime\b/],
    [
      'an unknown key inside',
      { config: { lifetimes: { acessTokenSeconds: 1 } } },
      /lifetimes.*acessTokenSeconds|acessTokenSeconds/,
    ],
    [
      'a bad URL',
      { config: { servers: { '/mcp': { backend: { kind: 'http', url: 'ftp://x' } } } } },
      /servers\.\/mcp\.backend\.url.*https:/,
    ],
    ['no identity provider', { config: { identityProviders: null } }, /identityProviders/],
    ['a configuration that is not JSON', { config: '{ "servers": ' }, /config\.json, line 1, column 14/],
    [
      'a configuration file that does not exist',
      { args: ['--config', '/nowhere/config.json'] },
      /\/nowhere\/config\.json/,
    ],
    ['an unknown option', { args: ['--prot', '4800'] }, /--prot/],
    ['a port that is not a number', { args: ['--port', 'abc'] }, /port/i],
  ])('%s', (_what, options, message) => expectRefusal(options, message));

  it('a port in use', async () => {
    const port = await freePortPair();
    await withPortTaken(port, () => expectRefusal({ port }, new RegExp(String(port))));
  });

  it("the provider's port in use", async () => {
    const port = await freePortPair();
    await withPortTaken(port + 1, () => expectRefusal({ port }, new RegExp(String(port + 1))));
  });
});
