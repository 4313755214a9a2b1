import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertUsable, DataFolderError, takeDataFolder } from '../../../tools/local/cloud/services/data-folder.ts';
import { startServices } from '../../../tools/local/cloud/services/index.ts';
import { providerKeys } from '../../../tools/local/development-provider/index.ts';
import { lambda, SHOW_ENVIRONMENT, table, templateOf, temporaryFolder } from '../services-fixture.ts';

const refusal = async (attempt: Promise<unknown>): Promise<string> => {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataFolderError);
  const { message } = error as DataFolderError;
  expect(message).not.toContain('\n');
  return message;
};

describe('A23: the lock of a data folder', () => {
  it.each([
    ['of a process that has ended', '2147483646 boot 1'],
    ['of a process whose number another program has now', `${process.ppid} another-boot 12345`],
    ['that is empty', ''],
    ['that is no lock', 'garbage'],
  ])('%s is taken over', async (_what, content) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lock'), content);
    const release = await takeDataFolder(folder);
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} .`));
    await release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a running process stops the start, which names the process and the lock', async () => {
    const folder = temporaryFolder();
    const module = join(import.meta.dirname, '../../../tools/local/cloud/services/data-folder.ts');
    const code = `await (await import(${JSON.stringify(module)})).takeDataFolder(${JSON.stringify(folder)});
      console.log('taken'); setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(other.stdout, 'data');
      expect(await refusal(takeDataFolder(folder))).toMatch(
        new RegExp(`in use by process ${other.pid}: stop that process.* delete ${join(folder, 'lock')}`),
      );
    } finally {
      other.kill('SIGKILL');
    }
    await once(other, 'exit');
    await (await takeDataFolder(folder))();
  });

  it('that is a folder is named', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'lock'));
    expect(await refusal(takeDataFolder(folder))).toMatch(/lock cannot be used \(EISDIR\): .*delete it/);
  });
});

describe('A23: a data folder that cannot be written', () => {
  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux.each([
    '/proc/gatehouse',
    '/proc/gatehouse/data',
    '/proc/self/data',
    '/proc/1',
    '/dev/null',
    '/dev/null/data',
  ])('%s is refused at once, with its name', async (folder) => {
    expect(await refusal(assertUsable(folder))).toContain(`The data folder ${folder} cannot be used: it `);
  });

  it('is created with its parents, for this user only', async () => {
    const folder = join(temporaryFolder(), 'a/b');
    await assertUsable(folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('A23: a data folder with a damaged or missing file', () => {
  const newFolder = async () => {
    const assembly = temporaryFolder();
    const template = templateOf(assembly, table('Grants'), lambda(assembly, 'Token', SHOW_ENVIRONMENT, {}));
    const dataDir = join(temporaryFolder(), 'data');
    const start = () => startServices(template, { dataDir });
    await (await start()).close();
    // Such as a template with a custom resource leaves.
    const deployed = { KeyRing: { physicalResourceId: 'x', properties: {} } };
    writeFileSync(join(dataDir, 'custom-resources.json'), JSON.stringify(deployed));
    return { dataDir, start };
  };

  it.each<[string, (dataDir: string) => void, string]>([
    ['no keys', (dir) => rmSync(join(dir, 'keys.json')), 'keys.json is missing'],
    ['no secrets', (dir) => rmSync(join(dir, 'secrets.json')), 'secrets.json is missing'],
    ['no database', (dir) => rmSync(join(dir, 'dynamodb'), { recursive: true }), 'dynamodb is missing'],
    ['a truncated file', (dir) => truncateSync(join(dir, 'secrets.json'), 1), 'secrets.json is damaged (not JSON)'],
    ['an empty file', (dir) => truncateSync(join(dir, 'keys.json')), 'keys.json is damaged (not JSON)'],
    ['other JSON', (dir) => writeFileSync(join(dir, 'keys.json'), '[]'), 'keys.json is damaged (not an object)'],
    ['an empty CURRENT', (dir) => truncateSync(join(dir, 'dynamodb/CURRENT')), 'dynamodb is damaged ('],
    [
      'no log of the database',
      (dir) => {
        const logs = readdirSync(join(dir, 'dynamodb')).filter((name) => /\.(?:log|ldb)$/.test(name));
        for (const name of logs) rmSync(join(dir, 'dynamodb', name));
      },
      'dynamodb has lost its tables',
    ],
  ])('%s: the start stops, names it and says what to do', async (_what, damage, expected) => {
    const { dataDir, start } = await newFolder();
    damage(dataDir);
    const message = await refusal(start());
    expect(message).toContain(join(dataDir, expected));
    expect(message).toMatch(/: restore it, or start with an empty data folder\.$/);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });

  it('starts again when nothing is missing', async () => {
    const { start } = await newFolder();
    await (await start()).close();
  });

  it('reports damaged keys of the development provider', async () => {
    const folder = temporaryFolder();
    await providerKeys(folder);
    truncateSync(join(folder, 'development-provider.json'), 10);
    expect(await refusal(providerKeys(folder))).toContain('development-provider.json is damaged (not JSON)');
  });
});
