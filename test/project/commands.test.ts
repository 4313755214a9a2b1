import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArguments } from '../../tools/local/arguments.ts';
import { templateFor } from '../infra/template.ts';
import { codeBlocksOf, codeSpansOf } from './markdown.ts';
import { documents, ROOT, textOf } from './repository.ts';

const { scripts, dependencies, devDependencies, optionalDependencies } = JSON.parse(textOf('package.json'));

/** Every piece of code in the documents that could be a command, with comments and the ends of pipes cut off. */
const commands = documents().flatMap((page) =>
  [
    ...codeSpansOf(textOf(page)),
    ...codeBlocksOf(textOf(page))
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n')),
  ]
    .flatMap((text) => text.replace(/ +#.*$/, '').split(/ *(?:&&|\||;) */))
    .map((text) => ({ page, words: text.trim().split(/\s+/), command: text.trim() })),
);

const commandsThatStart = (...start: readonly string[]) =>
  commands.filter(({ words }) => start.every((word, at) => words[at] === word));

/** Those commands that a check objects to, with the page that has them. */
const failing = (
  list: readonly (typeof commands)[number][],
  check: (command: (typeof commands)[number]) => boolean,
): readonly string[] => list.filter((each) => !check(each)).map(({ page, command }) => `${page}: ${command}`);

/** The commands that the packages of package.json bring along. */
const installedCommands = new Set(
  Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).flatMap((name) => {
    const { bin = {} } = JSON.parse(textOf(`node_modules/${name}/package.json`));
    return typeof bin === 'string' ? [name, basename(name)] : [name, ...Object.keys(bin)];
  }),
);

/** Whether something is at a path: a folder, a file, or a file of TypeScript named without its extension. */
const exists = (path: string): boolean =>
  existsSync(join(ROOT, path)) ||
  (existsSync(join(ROOT, dirname(path))) &&
    readdirSync(join(ROOT, dirname(path))).some((file) => file.startsWith(basename(path)) && file.endsWith('.ts')));

describe('A command in the documents', () => {
  it('runs a script of package.json', () => {
    const list = commandsThatStart('npm', 'run');
    expect(failing(list, ({ words }) => words[2] !== undefined && words[2] in scripts)).toEqual([]);
    expect(list.length).toBeGreaterThan(3);
  });

  it('starts the local run with options that it knows', () => {
    const list = commandsThatStart('npm', 'start');
    for (const { words } of list) expect(words[2] ?? '--').toBe('--');
    for (const { words } of list) parseArguments(words.slice(3));
    expect(list.length).toBeGreaterThan(3);
  });

  it('runs tests that are there', () => {
    const list = commandsThatStart('npm', 'test', '--');
    expect(failing(list, ({ words }) => words[3] !== undefined && exists(words[3]))).toEqual([]);
    expect(list.length).toBeGreaterThan(1);
  });

  it('runs packages that are installed', () => {
    const list = commandsThatStart('npx');
    const names = ({ words }: (typeof commands)[number]) => (words[1] === '-p' ? words.slice(2, 4) : words.slice(1, 2));
    expect(failing(list, (each) => names(each).every((name) => installedCommands.has(name)))).toEqual([]);
    expect(list.length).toBeGreaterThan(3);
  });

  it('runs files that are there', () => {
    const list = commandsThatStart('node').filter(({ words }) => words.length > 1);
    expect(failing(list, ({ words }) => existsSync(join(ROOT, words[1] ?? '')))).toEqual([]);
  });
});

describe('A path in the documents', () => {
  const paths = documents()
    .filter((page) => page !== 'CHANGELOG.md')
    .flatMap((page) => codeSpansOf(textOf(page)).map((path) => ({ page, path })))
    .filter(({ path }) => /^(?:bin|lib|lambdas|tools|test|docs|core|runtime)\/[\w./-]*$/.test(path))
    // How the threat model says that it names tests.
    .filter(({ path }) => !/\bfolder\/|\bfile\./.test(path));

  it('leads to a file or a folder, under `lambdas` or `test` where it begins with `core` or `runtime`', () => {
    const missing = paths.filter(({ path }) => !['', 'lambdas/', 'test/'].some((folder) => exists(folder + path)));
    expect(missing.map(({ page, path }) => `${page}: ${path}`)).toEqual([]);
    expect(paths.length).toBeGreaterThan(15);
  });
});

describe('An output of the stack in the documents', () => {
  const names = documents().flatMap((page) =>
    codeSpansOf(textOf(page))
      .filter((name) =>
        /^(?:ConnectorUrl|RedirectUri|ClientId|Kept)[A-Za-z]*…?$|^[A-Z][A-Za-z]*Command[A-Za-z]*…?$/.test(name),
      )
      .map((name) => ({ page, name })),
  );

  it('is one that the stack has', async () => {
    const { outputs } = await templateFor({
      identityProviders: { google: { kind: 'google' }, cognito: { kind: 'cognito' } },
      servers: {
        '/mcp': {
          backend: { kind: 'http', url: 'https://mcp.example.com/mcp', headers: { 'x-api-key': 'secret' } },
          scopes: { required: ['mcp'] },
        },
      },
      registration: { dynamic: 'token' },
      clients: {
        'nightly-report': {
          name: 'Nightly report',
          authentication: 'client_secret_basic',
          grantTypes: ['client_credentials'],
          scopes: ['mcp'],
        },
      },
    });
    const ids = Object.keys(outputs);
    const isThere = (name: string) =>
      name.endsWith('…') ? ids.some((id) => id.startsWith(name.slice(0, -1))) : ids.includes(name);
    expect(names.filter(({ name }) => !isThere(name)).map(({ page, name }) => `${page}: ${name}`)).toEqual([]);
    expect(names.length).toBeGreaterThan(15);
  }, 60_000);
});
