import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionNames, PACKAGE_DIRECTORY } from '../../lib/functions/bundles.ts';
import { allImports, type Import, importsIn, sourceFiles } from './imports.ts';

interface Layer {
  /** Folder, or several by `*` for one name, from the root of the repository. */
  readonly folder: string;
  /** Folders and files of ours that it may import. */
  readonly ours: readonly string[];
  /** Packages and modules of Node that it may import; undefined: any. */
  readonly packages?: readonly string[];
}

const ADAPTERS = 'lambdas/runtime/adapters/';
const WIRING = 'lambdas/runtime/wiring/';
const RUNTIME_WITHOUT_ADAPTERS = ['http', 'pages', 'ports', 'services'].map((name) => `lambdas/runtime/${name}/`);
const CORE = 'lambdas/core/';
const TIME_LIMITS = 'lambdas/runtime/time-limits.ts';

/** Each layer, and all that it may import. */
const LAYERS: readonly Layer[] = [
  // Pure: node:crypto and jose hash and compare, and neither does I/O here.
  { folder: CORE, ours: [CORE], packages: ['node:crypto', 'jose', 'ipaddr.js', 'zod/mini'] },
  { folder: 'lambdas/runtime/ports/', ours: [CORE, 'lambdas/runtime/ports/'], packages: [] },
  { folder: 'lambdas/runtime/', ours: [CORE, 'lambdas/runtime/'] },
  { folder: 'lambdas/runtime/services/', ours: [CORE, ...RUNTIME_WITHOUT_ADAPTERS], packages: ['jose', 'zod/mini'] },
  { folder: 'lambdas/runtime/http/', ours: [CORE, ...RUNTIME_WITHOUT_ADAPTERS] },
  { folder: 'lambdas/runtime/pages/', ours: [CORE, ...RUNTIME_WITHOUT_ADAPTERS] },
  { folder: ADAPTERS, ours: [CORE, 'lambdas/runtime/ports/', TIME_LIMITS, ADAPTERS] },
  ...functionNames().map((name) => ({
    folder: `lambdas/${name}/`,
    ours: [CORE, 'lambdas/runtime/', `lambdas/${name}/`],
  })),
  { folder: 'lib/', ours: [CORE, 'lib/'] },
  { folder: 'bin/', ours: ['lib/'] },
  { folder: 'tools/local/cloud/', ours: ['tools/local/cloud/'] },
  { folder: 'tools/local/', ours: ['lambdas/', 'lib/', 'tools/local/'] },
];

const isIn = (path: string, folders: readonly string[]): boolean => folders.some((folder) => path.startsWith(folder));

const breaks = ({ ours, packages }: Layer, { target, isOurs }: Import): boolean =>
  isOurs ? !isIn(target, ours) : packages !== undefined && !packages.includes(target);

const shown = ({ file, target }: Import): string => `${file} imports ${target}`;

/** The only places that may name an adapter. */
const isWiring = (file: string): boolean =>
  file.startsWith(ADAPTERS) || file.startsWith(WIRING) || /^lambdas\/[^/]+\/(index|wiring)\.ts$/.test(file);

const imports = allImports();
const textOf = (file: string): string => readFileSync(join(PACKAGE_DIRECTORY, file), 'utf8');

describe('Layers', () => {
  it.each(LAYERS)('$folder imports only what its layer may know', (layer) => {
    const own = imports.filter(({ file }) => file.startsWith(layer.folder));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((one) => breaks(layer, one)).map(shown)).toEqual([]);
  });

  it('only index.ts, wiring.ts and runtime/wiring know adapters', () => {
    const known = imports.filter(({ target }) => target.startsWith(ADAPTERS));
    const others = known.filter(({ file }) => file.startsWith('lambdas/') && !isWiring(file));
    expect(known.length).toBeGreaterThan(0);
    expect(others.map(shown)).toEqual([]);
  });

  it('only index.ts and wiring.ts import runtime/wiring', () => {
    const others = imports.filter(({ file, target }) => target.startsWith(WIRING) && !isWiring(file));
    expect(others.filter(({ file }) => file.startsWith('lambdas/')).map(shown)).toEqual([]);
  });

  it('no function is imported from outside its folder, except by tests', () => {
    const folders = functionNames().map((name) => `lambdas/${name}/`);
    const foreign = imports.filter(
      ({ file, target }) =>
        isIn(target, folders) && !file.startsWith('test/') && !isIn(file, [target.split('/', 2).join('/')]),
    );
    expect(foreign.map(shown)).toEqual([]);
  });

  it('core reads no clock, no environment and no random numbers of its own', () => {
    const impure = /\bDate\.now\(|\bnew Date\(\)|\bprocess\.|\bMath\.random\(|\bfetch\(|\bconsole\./;
    const files = sourceFiles().filter((file) => file.startsWith(CORE));
    expect(files.filter((file) => impure.test(textOf(file)))).toEqual([]);
  });

  it('ports hold types only', () => {
    const files = sourceFiles().filter((file) => file.startsWith('lambdas/runtime/ports/'));
    expect(files.filter((file) => /^import (?!type )|^export (?!type |interface )/m.test(textOf(file)))).toEqual([]);
  });

  it('tools/local/cloud does not name Gatehouse', () => {
    const files = sourceFiles().filter((file) => file.startsWith('tools/local/cloud/'));
    expect(files.filter((file) => /gatehouse/i.test(textOf(file)))).toEqual([]);
  });

  it('no file takes part in an import cycle, type-only imports included', () => {
    expect(cyclesOf(imports)).toEqual([]);
  });
});

describe('The check of layers', () => {
  it.each([
    ["import { a } from '../b.ts';"],
    ["import type { a } from '../b.ts';"],
    ["import {\n  a,\n  type c,\n} from '../b.ts';"],
    ["import * as a from '../b.ts';"],
    ["import '../b.ts';"],
    ["export { a } from '../b.ts';"],
    ["export type * from '../b.ts';"],
    ["const a = await import('../b.ts');"],
    ["type A = import('../b.ts').A;"],
  ])('sees %s', (text) => {
    expect(importsIn('lambdas/token/a.ts', text)).toEqual([
      { file: 'lambdas/token/a.ts', target: 'lambdas/b.ts', isOurs: true },
    ]);
  });

  it.each([
    ['lambdas/core/', "import { a } from '../runtime/settings.ts';"],
    ['lambdas/core/', "import { readFile } from 'node:fs/promises';"],
    ['lambdas/core/', "import type { KMSClient } from '@aws-sdk/client-kms';"],
    ['lambdas/runtime/ports/', "import type { Page } from '../pages/page.ts';"],
    ['lambdas/runtime/services/', "import type { Table } from '../adapters/dynamodb/table.ts';"],
    ['lambdas/token/', "import { a } from '../revoke/handler.ts';"],
    ['lib/', "import { a } from '../lambdas/token/handler.ts';"],
    ['tools/local/cloud/', "import { start } from '../start.ts';"],
  ])('refuses in %s %s', (folder, text) => {
    const layer = LAYERS.find((one) => one.folder === folder);
    expect(importsIn(`${folder}a.ts`, text).map((one) => layer && breaks(layer, one))).toEqual([true]);
  });

  it('finds a cycle of three files', () => {
    const importOf = (file: string, target: string): Import => ({ file, target, isOurs: true });
    const circle = [importOf('a', 'b'), importOf('b', 'c'), importOf('c', 'a'), importOf('d', 'a')];
    expect(cyclesOf(circle)).toEqual(['a → b → c → a']);
  });
});

/** One cycle through each file that is in one. */
function cyclesOf(all: readonly Import[]): string[] {
  const targets = Map.groupBy(
    all.filter(({ isOurs }) => isOurs),
    ({ file }) => file,
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const { target } of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return cycles;
}
