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

/** Identity providers on this machine have other ports in every start. */
const LOCAL_PORT = /(?<=\blocalhost:)\d+/g;

const ASSET = /^asset\.[0-9a-f]{64}$/;

const TEMPLATE = /\.template\.json$/;

/**
 * Synthesizes the stack into a new folder.
 *
 * @returns the folder, which the caller removes
 */
export const newAssembly = async (configuration: Configuration): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-assembly-'));
  const cache = process.env[ASSEMBLY_CACHE_VARIABLE];
  if (cache === undefined) await synthesizeInto(configuration, folder);
  else await copyInto(folder, await keptAssembly(configuration, cache));
  return folder;
};

const synthesizeInto = async (configuration: Configuration, folder: string): Promise<void> => {
  // Loading the CDK takes a second.
  const { synthesize } = await import('../../lib/synthesize.ts');
  synthesize(configuration, folder);
};

interface KeptAssembly {
  readonly folder: string;
  /** The ports of this start. The kept assembly says 1 instead of the first, 2 instead of the second, and so on. */
  readonly ports: readonly string[];
}

/** @returns the assembly for this configuration, which may be of a start with other ports */
const keptAssembly = async (configuration: Configuration, cache: string): Promise<KeptAssembly> => {
  const given = JSON.stringify(configuration);
  const ports = [...new Set(given.match(LOCAL_PORT))];
  const text = given.replaceAll(LOCAL_PORT, (port) => String(ports.indexOf(port) + 1));
  const folder = join(cache, createHash('sha256').update(text).digest('hex'));
  if (existsSync(folder)) return { folder, ports };
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, 'unfinished-'));
  await synthesizeInto(JSON.parse(text) as Configuration, unfinished);
  await shareAssets(unfinished, join(cache, 'assets'));
  await rename(unfinished, folder).catch(async (error: unknown) => {
    // Another process was first.
    if (!existsSync(folder)) throw error;
    await rm(unfinished, { recursive: true });
  });
  return { folder, ports };
};

/**
 * Moves the assets of an assembly into one folder, where they are named after their content. A bundle then has the same
 * path in every start of the run, so that Node.js finds what it has compiled of it.
 */
const shareAssets = async (folder: string, assets: string): Promise<void> => {
  await mkdir(assets, { recursive: true });
  for (const name of await readdir(folder)) {
    if (!ASSET.test(name)) continue;
    const shared = join(assets, name);
    await rename(join(folder, name), shared).catch(async (error: unknown) => {
      if (!existsSync(shared)) throw error;
      await rm(join(folder, name), { recursive: true });
    });
    await symlink(shared, join(folder, name));
  }
};

/** Copies the templates with the ports of this start. The assets are links, because they never change. */
const copyInto = async (folder: string, kept: KeptAssembly): Promise<void> => {
  for (const name of await readdir(kept.folder)) {
    if (!TEMPLATE.test(name)) {
      await symlink(join(kept.folder, name), join(folder, name));
      continue;
    }
    const text = await readFile(join(kept.folder, name), 'utf8');
    const ported = text.replaceAll(LOCAL_PORT, (port) => kept.ports[Number(port) - 1] ?? port);
    await writeFile(join(folder, name), ported);
  }
};
