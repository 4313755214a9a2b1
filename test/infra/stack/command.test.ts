import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../../lib/functions/bundles.ts';
import { templateFor } from '../template.ts';
import { app, cdk } from './commands.ts';

/** The cdk command starts a process for each step, and other tests run at the same time. */
const TIMEOUT_MS = 120_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-command-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('cdk synth', () => {
  it(
    'prints nothing, and neither strict CloudFormation validation nor cdk-nag finds a problem',
    async () => {
      expect(await cdk('synth', '--quiet', '--output', directory)).toEqual({ code: 0, output: '' });
      const { context } = JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, 'cdk.json'), 'utf8'));
      expect(context['@aws-cdk/core:validateAgainstDefaultRules']).toBe(true);
      expect(existsSync(join(directory, 'validation-report.json'))).toBe(true);
      // The local run and the tests use exactly this template.
      expect(readFileSync(join(directory, 'Gatehouse.template.json'), 'utf8')).toBe((await templateFor()).text);
    },
    TIMEOUT_MS,
  );
});

describe('bin/gatehouse.ts', () => {
  it('refuses a configuration that only the local run can use, with one message, exit code 1 and no stack', async () => {
    const { code, output } = await app(
      {
        servers: { '/mcp': { backend: { kind: 'http', url: 'http://localhost:3000' }, scopes: { required: ['mcp'] } } },
        scopes: { mcp: { description: 'Use it' } },
        identityProviders: { company: { kind: 'oidc', issuer: 'https://login.example.com' } },
        access: 'everyone',
      },
      directory,
    );
    expect(code).toBe(1);
    expect(output).toMatch(/^The configuration has /);
    expect(output).toContain('servers./mcp.backend.url: expected https:// for a deployment');
    expect(output).not.toMatch(/^\s+at /m);
  });

  it(
    'accepts what organizations demand, and cdk-nag finds no problem',
    async () => {
      const { context } = JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, 'cdk.json'), 'utf8'));
      const demands = {
        permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary',
        kmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        tags: { team: 'identity' },
      };
      expect(await app({ ...context.gatehouse, ...demands }, directory)).toEqual({ code: 0, output: '' });
    },
    TIMEOUT_MS,
  );

  it(
    'says what cdk destroy keeps when termination protection is off',
    async () => {
      const { context } = JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, 'cdk.json'), 'utf8'));
      const { code, output } = await app({ ...context.gatehouse, terminationProtection: false }, directory);
      expect([code, output.split('\n')[0]]).toEqual([0, expect.stringMatching(/^Termination protection is off\. /)]);
    },
    TIMEOUT_MS,
  );

  it('stops with a message on a version of Node that cannot run TypeScript', () => {
    const { app: command } = JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, 'cdk.json'), 'utf8'));
    expect(command).toBe('npx node --require ./bin/require-node.cjs bin/gatehouse.ts');
    const guard = readFileSync(join(PACKAGE_DIRECTORY, 'bin/require-node.cjs'), 'utf8');
    const said: string[] = [];
    const exits: number[] = [];
    const oldNode = { version: 'v20.20.2', versions: { node: '20.20.2' }, exit: (code: number) => exits.push(code) };
    new Function('process', 'console', guard)(oldNode, { error: (text: string) => said.push(text) });
    expect(exits).toEqual([1]);
    expect(said.join()).toMatch(/^Gatehouse needs Node 24 or newer, and this is v20\.20\.2\.\nRun `npm ci`/);
  });
});
