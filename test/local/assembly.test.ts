import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../lib/config/cdk-json.ts';
import { type Configuration, merge, parseConfiguration } from '../../lib/config/configuration.ts';
import { ensureBundles } from '../../lib/functions/bundles.ts';
import { DEFAULT_STACK_NAME } from '../../lib/names.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { newAssembly } from '../../tools/local/assembly.ts';

const templateIn = (folder: string): string =>
  readFileSync(join(folder, `${DEFAULT_STACK_NAME}.template.json`), 'utf8');

/** Providers of every kind, at two ports that differ from start to start. */
const configurationAt = ([first, second]: readonly [string, string]): Configuration =>
  parseConfiguration(
    merge(readConfiguration(), {
      identityProviders: {
        company: { issuer: `${first}/company` },
        github: { kind: 'github', issuer: first },
        other: { kind: 'oidc', issuer: second, recheck: true },
        entra: { kind: 'entra', issuer: second, tenant: 'organizations' },
      },
    }),
  );

it('a kept assembly is the one that a new synthesis gives, at any ports', async () => {
  await ensureBundles();
  const folders: string[] = [];
  for (const origins of [
    ['http://localhost:5001', 'http://localhost:5003'],
    ['http://localhost:60001', 'http://localhost:2'],
  ] as const) {
    const configuration = configurationAt(origins);
    const kept = await newAssembly(configuration);
    const made = mkdtempSync(join(tmpdir(), 'gatehouse-assembly-'));
    folders.push(kept, made);
    synthesize(configuration, made);
    expect(templateIn(kept)).toBe(templateIn(made));
    for (const origin of origins) expect(templateIn(kept)).toContain(origin);
  }
  for (const folder of folders) rmSync(folder, { recursive: true });
});
