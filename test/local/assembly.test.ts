import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../lib/config/cdk-json.ts';
import { type Configuration, merge, parseConfiguration } from '../../lib/config/configuration.ts';
import { ensureBundles } from '../../lib/functions/bundles.ts';
import { STACK_NAME } from '../../lib/names.ts';
import { synthesize } from '../../lib/synthesize.ts';
import { newAssembly } from '../../tools/local/assembly.ts';

const templateIn = (folder: string): string => readFileSync(join(folder, `${STACK_NAME}.template.json`), 'utf8');

const configurationAt = (origin: string): Configuration =>
  parseConfiguration(merge(readConfiguration(), { identityProviders: { company: { issuer: `${origin}/company` } } }));

it('a kept assembly is, at any port, the one that a new synthesis gives', async () => {
  await ensureBundles();
  const folders: string[] = [];
  for (const origin of ['http://localhost:5001', 'http://localhost:60001']) {
    const kept = await newAssembly(configurationAt(origin), origin);
    const made = mkdtempSync(join(tmpdir(), 'gatehouse-assembly-'));
    folders.push(kept, made);
    synthesize(configurationAt(origin), made);
    expect(templateIn(kept)).toBe(templateIn(made));
    expect(templateIn(kept)).toContain(origin);
  }
  for (const folder of folders) rmSync(folder, { recursive: true });
});
