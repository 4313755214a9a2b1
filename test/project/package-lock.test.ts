import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../lib/functions/bundles.ts';

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  /** Comes inside another package, and is covered by its hash. */
  readonly inBundle?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const readJson = (file: string) => JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, file), 'utf8'));
const packages: Readonly<Record<string, LockedPackage>> = readJson('package-lock.json').packages;
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('package-lock.json', () => {
  it('has an entry for every optional dependency, or npm ci refuses it on other platforms', () => {
    const names = new Set(Object.keys(packages).filter(Boolean).map(nameOf));
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !names.has(name))
        .map((name) => `${nameOf(path)} wants ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry, and the hash of every package', () => {
    for (const [path, { resolved, integrity, link, inBundle }] of Object.entries(packages)) {
      if (path === '' || link) continue;
      expect([path, resolved]).toEqual([path, undefined]);
      if (inBundle) continue;
      expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
    }
  });

  it('holds the versions that package.json names, which are exact', () => {
    const { dependencies, devDependencies } = readJson('package.json');
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+(-[a-z0-9.]+)?$/)]);
      expect(readJson(`node_modules/${name}/package.json`).version).toBe(version);
    }
  });
});
