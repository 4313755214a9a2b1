import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../lib/config/cdk-json.ts';
import { app, cdk } from '../infra/stack/commands.ts';

// `npm test` validates the default configuration; the validation of CloudFormation takes ten seconds for each.

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gatehouse-synthesis-'));
});
afterEach(() => rm(directory, { recursive: true }));

it.each([
  ['a user pool of the stack', { identityProviders: { cognito: { kind: 'cognito' } } }],
  ['no firewall, and remembered consent', { firewall: false, rememberConsent: true }],
])('cdk synth finds no problem with %s', async (_, overlay) => {
  expect(await app({ ...(readConfiguration() as object), ...overlay }, directory)).toEqual({ code: 0, output: '' });
});

it('cdk synth reports a wrong configuration once, with exit code 1 and no stack trace', async () => {
  const { code, output } = await cdk('synth', '--quiet', '--output', directory, '--context', 'gatehouse=nonsense');
  expect(code).toBe(1);
  expect(output).toContain('context.gatehouse: expected an object with "servers"');
  expect(output).not.toMatch(/^\s+at /m);
});
