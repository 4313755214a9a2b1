import { createServer } from 'node:net';
import { failingStart } from '../../support/cloud/cloud-process.ts';
import type { LocalCloudOptions } from '../../support/cloud/cloud-run.ts';
import { freePortPair } from '../../support/memory/ports.ts';

const expectOneClearMessage = async (options: LocalCloudOptions, message: RegExp) => {
  const { exitCode, output } = await failingStart(options);
  expect(exitCode).toBe(1);
  expect(output).toMatch(message);
  expect(output).not.toMatch(/^\s+at .*[:(]\d+/m);
  expect(output).not.toContain('node:internal');
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
    ['a configuration that is not JSON', { config: '{ "servers": ' }, /JSON/],
    [
      'a configuration file that does not exist',
      { args: ['--config', '/nowhere/config.json'] },
      /\/nowhere\/config\.json/,
    ],
    ['an unknown option', { args: ['--prot', '4800'] }, /--prot/],
    ['a port that is not a number', { args: ['--port', 'abc'] }, /port/i],
  ])('%s', (_what, options, message) => expectOneClearMessage(options, message));

  it('a port in use', async () => {
    const port = await freePortPair();
    await withPortTaken(port, () => expectOneClearMessage({ port }, new RegExp(String(port))));
  });

  it("the provider's port in use", async () => {
    const port = await freePortPair();
    await withPortTaken(port + 1, () => expectOneClearMessage({ port }, new RegExp(String(port + 1))));
  });
});
