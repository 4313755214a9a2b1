import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { commandLine, type LocalCloudOptions, outputOf, type ReadyCloud, whenReady } from './cloud-run.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const FAILING_START_TIMEOUT_MS = 300_000;

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
  const timer = setTimeout(() => child.kill('SIGKILL'), FAILING_START_TIMEOUT_MS);
  // It was not meant to start: seen by the exit code.
  void output.find((text) => /^ready /m.test(text) || undefined).then(() => child.kill('SIGKILL'));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { exitCode, output: output.text };
};
