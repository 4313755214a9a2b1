import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../lib/config/cdk-json.ts';
import { app } from '../infra/stack/commands.ts';

// `npm test` validates the default configuration; the validation of CloudFormation takes ten seconds for each.

it.each([
  ['a user pool of the stack', { identityProviders: { cognito: { kind: 'cognito' } } }],
  ['no firewall, and remembered consent', { firewall: false, rememberConsent: true }],
])('cdk synth finds no problem with %s', async (_, overlay) => {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-synthesis-'));
  expect(await app({ ...(readConfiguration() as object), ...overlay }, directory)).toEqual({ code: 0, output: '' });
  await rm(directory, { recursive: true });
});
