import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '../../lib/config/configuration.ts';

/**
 * Names a folder for the assemblies of one run of the tests, which start many local clouds. Without it every start
 * synthesizes anew.
 */
export const ASSEMBLY_CACHE_VARIABLE = 'GATEHOUSE_ASSEMBLY_CACHE';

/** Takes the place of the development providers' origin in a kept assembly, because their port differs in every start. */
const KEPT_ORIGIN = 'http://localhost:1';

const TEMPLATE = /\.template\.json$/;

/**
 * Synthesizes the stack into a new folder.
 *
 * @param providerOrigin where the development providers serve
 * @returns the folder, which the caller removes
 */
export const newAssembly = async (configuration: Configuration, providerOrigin: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-assembly-'));
  const cache = process.env[ASSEMBLY_CACHE_VARIABLE];
  if (cache === undefined) await synthesizeInto(configuration, folder);
  else await takeFrom(await keptAssembly(configuration, providerOrigin, cache), providerOrigin, folder);
  return folder;
};

const synthesizeInto = async (configuration: Configuration, folder: string): Promise<void> => {
  // Loading the CDK takes a second.
  const { synthesize } = await import('../../lib/synthesize.ts');
  synthesize(configuration, folder);
};

/** @returns the folder of the assembly for this configuration, whichever port the development providers have */
const keptAssembly = async (configuration: Configuration, providerOrigin: string, cache: string): Promise<string> => {
  const text = JSON.stringify(configuration).replaceAll(`${providerOrigin}/`, `${KEPT_ORIGIN}/`);
  const kept = join(cache, createHash('sha256').update(text).digest('hex'));
  if (existsSync(kept)) return kept;
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, 'unfinished-'));
  await synthesizeInto(JSON.parse(text) as Configuration, unfinished);
  await rename(unfinished, kept).catch(async (error: unknown) => {
    // Another process was first.
    if (!existsSync(kept)) throw error;
    await rm(unfinished, { recursive: true });
  });
  return kept;
};

/** The template with this start's origin. The assets are links, because they never change. */
const takeFrom = async (kept: string, providerOrigin: string, folder: string): Promise<void> => {
  for (const name of await readdir(kept)) {
    if (!TEMPLATE.test(name)) {
      await symlink(join(kept, name), join(folder, name));
      continue;
    }
    const text = await readFile(join(kept, name), 'utf8');
    await writeFile(join(folder, name), text.replaceAll(`${KEPT_ORIGIN}/`, `${providerOrigin}/`));
  }
};
