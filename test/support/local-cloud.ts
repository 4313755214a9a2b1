import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePortPair } from './ports.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Generous for a machine that does other things too; the start itself is measured elsewhere. */
const START_TIMEOUT_MS = 60_000;

export interface LocalCloudOptions {
  readonly port?: number;
  readonly dataDir?: string;
  /** Merged over the repository's own configuration. */
  readonly config?: unknown;
  readonly args?: readonly string[];
  /** What is run, if not the local cloud as `npm start` runs it. It gets a channel to this process. */
  readonly entry?: string;
}

/** Where a running local cloud answers. */
export interface CloudAddress {
  /** `http://localhost:PORT`, which is the issuer too. */
  readonly origin: string;
  /** The connector URL that the `ready` line names. */
  readonly mcpUrl: string;
  readonly port: number;
}

export interface LocalCloud extends CloudAddress {
  /** Everything printed so far, both streams. */
  readonly output: () => string;
  readonly child: ChildProcess;
  /** Resolves as soon as the output holds what the caller waits for. */
  readonly until: (isThere: (output: string) => boolean) => Promise<void>;
  /** Ends it as a person would; resolves to the exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  /** Ends it as a power cut would. */
  readonly kill: () => Promise<void>;
}

const spawnLocalCloud = async (options: LocalCloudOptions & { port: number }): Promise<ChildProcess> => {
  const args = [options.entry ?? 'tools/local/main.ts', '--port', String(options.port)];
  if (options.dataDir !== undefined) args.push('--data', options.dataDir);
  if (options.config !== undefined) {
    const file = join(await mkdtemp(join(tmpdir(), 'gatehouse-config-')), 'config.json');
    await writeFile(file, typeof options.config === 'string' ? options.config : JSON.stringify(options.config));
    args.push('--config', file);
  }
  // `process.execPath` is the project's own node: jest runs on it too.
  return spawn(process.execPath, [...args, ...(options.args ?? [])], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe', ...(options.entry === undefined ? [] : (['ipc'] as const))],
  });
};

const collectOutput = (child: ChildProcess): (() => string) => {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
};

/** Starts a local cloud of its own for the caller, and waits for its `ready` line. */
export const startLocalCloud = async (options: LocalCloudOptions = {}): Promise<LocalCloud> => {
  const port = options.port ?? (await freePortPair());
  const child = await spawnLocalCloud({ ...options, port });
  const output = collectOutput(child);
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  // A test run that ends early takes its children along.
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  exited.then(() => process.off('exit', killWithParent));

  const mcpUrl = await new Promise<string>((fulfil, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the local cloud was not ready after ${START_TIMEOUT_MS} ms:\n${output()}`));
    }, START_TIMEOUT_MS);
    const look = () => {
      const url = /^ready (\S+)$/m.exec(output())?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      child.stdout?.off('data', look);
      fulfil(url);
    };
    child.stdout?.on('data', look);
    exited.then(([code]) => {
      clearTimeout(timer);
      reject(new Error(`the local cloud ended with ${code} before it was ready:\n${output()}`));
    });
  });

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return (await exited)[0];
  };
  const until = (isThere: (output: string) => boolean): Promise<void> =>
    new Promise((fulfil) => {
      const look = () => {
        if (!isThere(output())) return;
        child.stdout?.off('data', look);
        fulfil();
      };
      child.stdout?.on('data', look);
      look();
    });
  return {
    origin: `http://localhost:${port}`,
    mcpUrl,
    port,
    output,
    child,
    until,
    stop: (signal = 'SIGTERM') => end(signal),
    kill: async () => {
      await end('SIGKILL');
    },
  };
};

/** Runs a start that is expected to fail. */
export const failingStart = async (
  options: LocalCloudOptions,
): Promise<{ exitCode: number | null; output: string }> => {
  const child = await spawnLocalCloud({ ...options, port: options.port ?? (await freePortPair()) });
  const output = collectOutput(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  child.stdout?.on('data', () => {
    if (/^ready /m.test(output())) child.kill('SIGKILL'); // it was not meant to start: seen by the exit code
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { exitCode, output: output() };
};
