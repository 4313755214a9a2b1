import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

type Environment = Readonly<Record<string, string | undefined>>;

export interface CommandOptions {
  readonly cwd: string;
  readonly env: Environment;
  /** Sent to the command's standard input. */
  readonly input?: string;
}

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams, in the order of arrival. */
  readonly output: string;
}

/** The exit code of a command that cannot be started. */
export const NOT_FOUND = 127;

const READY_CHECK_MS = 100;
const LAST_LINES = 12;

/** Each process leads a group, so that its descendants can be ended with it. */
const groups = new Set<number>();

const endGroup = (pid: number): void => {
  groups.delete(pid);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has already ended.
  }
};

/** Ends every process that this run has started, with all descendants. */
export const endAllProcesses = (): void => {
  for (const pid of groups) endGroup(pid);
};

const start = (command: string, parameters: readonly string[], options: object): ChildProcess => {
  const child = spawn(command, parameters, { ...options, detached: true });
  const { pid } = child;
  if (pid !== undefined) {
    groups.add(pid);
    child.once('exit', () => endGroup(pid));
  }
  return child;
};

/** Runs a command to its end. A command that cannot be started has the exit code {@link NOT_FOUND}. */
export const run = (command: string, parameters: readonly string[], options: CommandOptions): Promise<Finished> =>
  new Promise((resolve) => {
    const { input = '', ...rest } = options;
    const child = start(command, parameters, rest);
    let stdout = '';
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stdin?.on('error', () => {}).end(input);
    child.once('error', (error) => resolve({ exitCode: NOT_FOUND, stdout, output: String(error) }));
    child.once('close', (code) => resolve({ exitCode: code ?? 1, stdout, output }));
  });

/** Runs a command to its end. @throws Error with the end of its output when it fails */
export const runSuccessfully = async (
  command: string,
  parameters: readonly string[],
  options: CommandOptions,
): Promise<Finished> => {
  const finished = await run(command, parameters, options);
  if (finished.exitCode === 0) return finished;
  const end = finished.output.trim().split('\n').slice(-LAST_LINES).join('\n');
  throw new Error(`${command} ${parameters.join(' ').slice(0, 100)} ended with ${finished.exitCode}: ${end}`);
};

/**
 * Starts a server, and resolves when it is ready.
 *
 * @param logFile receives what the server prints
 * @throws Error when the server ends, or is not ready in time
 */
export const startServer = async (
  command: string,
  parameters: readonly string[],
  options: CommandOptions & {
    readonly logFile: string;
    readonly isReady: () => Promise<boolean>;
    readonly limitMs: number;
  },
): Promise<void> => {
  const { logFile, isReady, limitMs, ...rest } = options;
  const log = openSync(logFile, 'w');
  const child = start(command, parameters, { ...rest, stdio: ['ignore', log, log] });
  closeSync(log);
  const deadline = Date.now() + limitMs;
  while (!(await isReady())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const state = child.exitCode === null ? `is not ready after ${limitMs} ms` : `ended with ${child.exitCode}`;
      throw new Error(`${command} ${state}: ${readFileSync(logFile, 'utf8').slice(-1000)}`);
    }
    await delay(READY_CHECK_MS);
  }
};
