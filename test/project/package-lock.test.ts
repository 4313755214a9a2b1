import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../lib/functions/bundles.ts';

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  /** Comes inside another package, and is covered by its hash. */
  readonly inBundle?: boolean;
  readonly optional?: boolean;
  readonly engines?: { readonly node?: string };
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const readJson = (file: string) => JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, file), 'utf8'));
const packages: Readonly<Record<string, LockedPackage>> = readJson('package-lock.json').packages;
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** The oldest Node on which `npm ci` has to work. */
const OLDEST_NODE_MAJOR = 20;

/** Whether a range of versions, such as `^18.14.0 || ^20.0.0 || >=22`, includes the first version of a major. */
const includesMajor = (range: string, major: number): boolean =>
  range.split('||').some((part) => {
    const [, operator = '', from = '0', minor = '0'] = /^\s*(>=?|\^|~|)\s*v?(\d+)(?:\.(\d+))?/.exec(part) ?? ['', '>='];
    if (Number(from) !== major) return operator.startsWith('>') && Number(from) < major;
    return Number(minor) === 0;
  });

describe('package-lock.json', () => {
  it('makes optional what needs a newer Node than npm may run on, or npm ci warns about it', () => {
    const tooNew = Object.entries(packages)
      .filter(([, { optional, engines }]) => !optional && !includesMajor(engines?.node ?? '*', OLDEST_NODE_MAJOR))
      .map(([path, { engines }]) => `${nameOf(path)} needs ${engines?.node}`);
    expect(tooNew).toEqual([]);
    expect(readJson('package.json').engines.node).toBe(`>=${OLDEST_NODE_MAJOR}`);
  });

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
    const { dependencies, devDependencies, optionalDependencies } = readJson('package.json');
    for (const [name, version] of Object.entries<string>({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    })) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+(-[a-z0-9.]+)?$/)]);
      expect(readJson(`node_modules/${name}/package.json`).version).toBe(version);
    }
  });
});
