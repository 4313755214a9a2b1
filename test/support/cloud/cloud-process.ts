import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { commandLine, type LocalCloudOptions, Output, type ReadyCloud } from './cloud-run.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
/** Generous, because the machine may be busy with other work. */
const START_TIMEOUT_MS = 300_000;

/** A local cloud in a process of its own, which can be ended in any way. */
export interface CloudProcess extends ReadyCloud {
  readonly child: ChildProcess;
  /** Ends it as a user would; resolves to the exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  /** Ends it as a power cut would. */
  readonly kill: () => Promise<void>;
}

const NPM_START = 'tools/local/main.ts';

const spawnCloud = (entry: string, args: readonly string[]): ChildProcess =>
  // `process.execPath` is the project's own node: jest runs on it too.
  spawn(process.execPath, [entry, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe', ...(entry === NPM_START ? [] : (['ipc'] as const))],
  });

const streamsOf = ({ stdout, stderr }: ChildProcess): readonly Readable[] =>
  [stdout, stderr].filter((stream) => stream !== null);

/** A run of the local cloud in another process. */
interface CloudRun {
  /** What it prints. */
  readonly streams: readonly Readable[];
  /** Resolves to its exit code, when it has ended. */
  readonly ended: Promise<number | null>;
  /** Asks it to end. */
  readonly end: () => void;
}

/** @returns everything that is printed on the streams, now and later */
const outputOf = (streams: readonly Readable[]): Output => {
  const output = new Output();
  for (const stream of streams) stream.setEncoding('utf8').on('data', (chunk: string) => output.add(chunk));
  return output;
};

/** Waits for the `ready` line. @throws Error with all the output when it ends before, or takes too long */
const whenReady = async (run: CloudRun, port: number): Promise<ReadyCloud> => {
  const output = outputOf(run.streams);
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      run.end();
      reject(new Error(`the local cloud was not ready after ${START_TIMEOUT_MS} ms:\n${output.text}`));
    }, START_TIMEOUT_MS);
    void run.ended.then((code) =>
      reject(new Error(`the local cloud ended with ${code} before it was ready:\n${output.text}`)),
    );
  });
  const mcpUrl = await Promise.race([output.find((text) => /^ready (\S+)$/m.exec(text)?.[1]), failed]);
  clearTimeout(timer);
  failed.catch(() => {});
  return {
    origin: `http://localhost:${port}`,
    mcpUrl,
    port,
    output: () => output.text,
    until: async (isThere) => void (await output.find((text) => isThere(text) || undefined)),
  };
};

/**
 * Starts a local cloud as a process, and waits until it is ready.
 *
 * @param entry what is run, if not the local cloud as `npm start` runs it. It gets a channel to this process.
 */
export const startCloudProcess = async (
  options: LocalCloudOptions = {},
  entry: string = NPM_START,
): Promise<CloudProcess> => {
  const { port, args } = await commandLine(options);
  const child = spawnCloud(entry, args);
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  // A test run that ends early takes its children along.
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  void ended.then(() => process.off('exit', killWithParent));
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  const ready = await whenReady({ streams: streamsOf(child), ended, end: () => void end('SIGKILL') }, port);
  return {
    ...ready,
    child,
    stop: (signal = 'SIGTERM') => end(signal),
    kill: async () => void (await end('SIGKILL')),
  };
};

/** Runs a start that is expected to fail. */
export const failingStart = async (
  options: LocalCloudOptions,
): Promise<{ exitCode: number | null; output: string }> => {
  const { args } = await commandLine(options);
  const child = spawnCloud(NPM_START, args);
  const output = outputOf(streamsOf(child));
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  // It was not meant to start: seen by the exit code.
  void output.find((text) => /^ready /m.test(text) || undefined).then(() => child.kill('SIGKILL'));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { exitCode, output: output.text };
};
