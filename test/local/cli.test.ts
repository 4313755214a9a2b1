import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloudProcess, failingStart, startCloudProcess } from '../support/cloud/cloud-process.ts';
import { type LocalCloudOptions, startLocalCloud } from '../support/cloud/local-cloud.ts';
import { freePortPair } from '../support/memory/ports.ts';

const occupy = (port: number): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(port, 'localhost', () => resolve(server));
  });

/** What `npm start` prints when it cannot start: the message of the error. */
const refusalOf = (options: LocalCloudOptions): Promise<string> =>
  startLocalCloud(options).then(
    async (cloud) => {
      await cloud.stop();
      return 'it started';
    },
    (error: unknown) => (error instanceof Error && !(error instanceof TypeError) ? error.message : 'a fault'),
  );

describe('A start that cannot succeed names what to change', () => {
  it('as a program: with exit code 1 and no stack', async () => {
    const port = await freePortPair();
    const server = await occupy(port);
    const { exitCode, output } = await failingStart({ port });
    server.close();
    expect(exitCode).toBe(1);
    expect(output).toMatch(new RegExp(`port ${port} is in use: .*--port`));
    expect(output).not.toMatch(/^\s+at /m);
    expect(output).not.toMatch(/^ready /m);
  });

  it.each<[string, LocalCloudOptions, RegExp]>([
    ['an unknown option', { args: ['--verbos'] }, /--verbos/],
    ['a port that is not a number', { args: ['--port', 'abc'] }, /--port abc: expected a whole number/],
    [
      'a configuration file that is not there',
      { args: ['--config', '/nowhere/x.json'] },
      /x\.json cannot be read: there is no such file/,
    ],
    [
      'a configuration file that is not JSON',
      { config: '{ "servers": ' },
      /config\.json, line 1, column 14: expected a value/,
    ],
    ['an unknown configuration key', { config: { sever: {} } }, /sever: expected no such key/],
    [
      'an unknown key in an object',
      { config: { lifetimes: { acessTokenSeconds: 1 } } },
      /lifetimes\.acessTokenSeconds: expected no such key/,
    ],
    [
      'a bad URL',
      { config: { servers: { '/mcp': { backend: { kind: 'http', url: 'ftp://x' } } } } },
      /servers\.\/mcp\.backend\.url.*https:/,
    ],
    ['no identity provider', { config: { identityProviders: { company: null } } }, /identityProviders/],
    ['null for all identity providers', { config: { identityProviders: null } }, /identityProviders/],
    [
      'a data folder that is a file',
      { dataDir: join(import.meta.dirname, 'cli.test.ts') },
      /cli\.test\.ts cannot be used: it is not a folder/,
    ],
  ])('%s', async (_what, options, expected) => {
    expect(await refusalOf(options)).toMatch(expected);
  });

  it.each([0, 1])('port + %d in use', async (offset) => {
    const port = await freePortPair();
    const server = await occupy(port + offset);
    const refusal = await refusalOf({ port });
    server.close();
    expect(refusal).toContain(`port ${port + offset} is in use`);
  });
});

it('a run that is stopped while it starts leaves no files behind', async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'gatehouse-cli-'));
  const child = spawn(process.execPath, ['tools/local/main.ts', '--port', '0'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const text of child.stdout.setEncoding('utf8')) if (/Creating tables/.test(text)) child.kill('SIGTERM');
  const [exitCode] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  expect(exitCode).toBe(0);
  expect(await readdir(temporary)).toEqual([]);
  await rm(temporary, { recursive: true });
});

describe('The local cloud', () => {
  let cloud: CloudProcess;
  let dataDir: string;
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${cloud.origin}${path}`, { headers });
    return { response, body: await response.text() };
  };
  const outputWith = async (expected: RegExp): Promise<string> => {
    await cloud.until((output) => expected.test(output));
    return cloud.output();
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-data-'));
    cloud = await startCloudProcess({ dataDir, args: ['--trace-calls'] });
  });
  afterAll(async () => {
    await cloud?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('prints its steps, its addresses and what to do next', () => {
    const output = cloud.output();
    for (const expected of [
      /^ {2}\d\.\d s {2}Loading the local cloud…$/m,
      /\d\.\d s {2}Synthesizing the stack…/,
      new RegExp(`Connector URL +${cloud.mcpUrl}`),
      new RegExp(`Issuer +${cloud.origin}\n`),
      new RegExp(`Log in at +http://localhost:${cloud.port + 1}/company`),
      /Not run here .*log group/,
      /What next/,
      new RegExp(`^ready ${cloud.origin}/mcp$`, 'm'),
    ]) {
      expect(output).toMatch(expected);
    }
  });

  it('serves the template: metadata, challenge, 404', async () => {
    expect(JSON.parse((await get('/.well-known/oauth-authorization-server')).body)).toMatchObject({
      issuer: cloud.origin,
    });
    const { response } = await get('/mcp');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain(
      `${cloud.origin}/.well-known/oauth-protected-resource/mcp`,
    );
    expect((await get('/nothing')).response.status).toBe(404);
  });

  it('#203 has one issuer, independent of X-Forwarded-*', async () => {
    const plain = await get('/.well-known/oauth-authorization-server');
    const forged = await get('/.well-known/oauth-authorization-server', {
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'gopher',
      forwarded: 'host=evil.test',
    });
    expect(forged.body).toBe(plain.body);
  });

  it('shows one line per request, without its query', async () => {
    await get('/nothing?code=s3cret');
    const output = await outputWith(/GET {2}\/nothing 404 \d+ ms not_found/);
    expect(output).not.toContain('s3cret');
  });

  it('traces calls and requests as lines of JSON', async () => {
    const response = await fetch(`${cloud.origin}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: ['http://127.0.0.1:1/cb'], token_endpoint_auth_method: 'none' }),
    });
    expect(response.status).toBe(201);
    const output = await outputWith(/"path":"\/register"/);
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    const traced = lines.map((line) => JSON.parse(line)).filter(({ call, request }) => call || request);
    expect(traced).toContainEqual({ request: { method: 'POST', path: '/register', status: 201 } });
    expect(traced).toContainEqual({
      call: { service: 'dynamodb', action: 'GetItem', functionLogicalId: expect.stringMatching(/Register/) },
    });
  });

  it('a second run cannot use the same data folder', async () => {
    expect(await refusalOf({ dataDir })).toMatch(/is in use by process/);
  });

  it('exits with 0 after SIGTERM and Ctrl-C, and has the same keys after a restart', async () => {
    const before = (await get('/.well-known/jwks.json')).body;
    expect(await cloud.stop()).toBe(0);
    cloud = await startCloudProcess({ dataDir });
    expect((await get('/.well-known/jwks.json')).body).toBe(before);
    expect(await cloud.stop('SIGINT')).toBe(0);
  });
});
