import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { User } from '../browser/user.ts';

const PACKAGES = resolve(import.meta.dirname, '../../../node_modules');
/** The timeout for one step of a client on a busy machine. */
const STEP_TIMEOUT_MS = 300_000;
/** Commands that would open a browser. The test replaces each with one that does nothing. */
const OPENERS = ['xdg-open', 'open', 'gio', 'x-www-browser', 'sensible-browser', 'www-browser'];
const AUTHORIZATION_URL = /https?:\/\/localhost:\d+\/authorize\?[^\s"'\p{Cc}]+/u;

/** An empty home folder, so that a client reads and changes nothing of this machine. */
export interface ClientHome {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly remove: () => Promise<void>;
}

export const createClientHome = async (): Promise<ClientHome> => {
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-client-'));
  const openers = join(path, 'openers');
  await mkdir(openers);
  for (const name of OPENERS) {
    await writeFile(join(openers, name), '#!/bin/sh\nexit 0\n');
    await chmod(join(openers, name), 0o755);
  }
  return {
    path,
    environment: {
      HOME: path,
      PATH: [openers, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      BROWSER: join(openers, 'xdg-open'),
      NO_COLOR: '1',
    },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
};

/** A running client from npm. */
export class ClientProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #watchers: (() => void)[] = [];
  stdout = '';
  stderr = '';

  /** @param script path inside node_modules */
  constructor(
    home: ClientHome,
    script: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.#child = spawn(process.execPath, [join(PACKAGES, script), ...args], {
      cwd: home.path,
      env: { ...home.environment, ...environment },
      stdio: 'pipe',
    });
    const killWithParent = () => this.#child.kill('SIGKILL');
    process.once('exit', killWithParent);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#print({ stdout: text }));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#print({ stderr: text }));
    // A client that has ended no longer reads its input.
    this.#child.stdin?.on('error', () => undefined);
    this.#ended = new Promise((fulfil) => {
      this.#child.once('close', (code) => {
        process.off('exit', killWithParent);
        fulfil(code);
      });
    });
  }

  #print({ stdout = '', stderr = '' }: { stdout?: string; stderr?: string }): void {
    this.stdout += stdout;
    this.stderr += stderr;
    for (const look of this.#watchers) look();
  }

  get output(): string {
    return this.stdout + this.stderr;
  }

  write(message: unknown): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** The first match in its output. Rejects with the whole output if the client ends or takes too long. */
  async prints(pattern: RegExp, from: 'stdout' | 'output' = 'output'): Promise<RegExpExecArray> {
    let settle: (match: RegExpExecArray | undefined) => void = () => undefined;
    const found = new Promise<RegExpExecArray | undefined>((fulfil) => {
      settle = fulfil;
    });
    const look = () => {
      const match = pattern.exec(this[from]);
      if (match !== null) settle(match);
    };
    this.#watchers.push(look);
    look();
    const timer = setTimeout(() => settle(undefined), STEP_TIMEOUT_MS);
    this.#ended.then(() => {
      look();
      settle(undefined);
    });
    const match = await found;
    clearTimeout(timer);
    this.#watchers = this.#watchers.filter((watcher) => watcher !== look);
    if (match === undefined) throw new Error(`the client never printed ${pattern}:\n${this.output}`);
    return match;
  }

  /** Acts as the browser: takes the URL that the client prints, signs in, and sends the response to the client's port. */
  async signIn(user: User): Promise<void> {
    // The line is complete when more output follows it.
    const [url] = await this.prints(new RegExp(`${AUTHORIZATION_URL.source}(?=\\s)`, 'u'));
    const { left, html } = await user.signIn(url);
    if (left === undefined) throw new Error(`the sign-in ended on a page:\n${html.slice(0, 2_000)}`);
    const answer = await user.request(left);
    if (answer.status !== 200) throw new Error(`the client's port answered ${answer.status}: ${await answer.text()}`);
    await answer.body?.cancel();
  }

  /** Resolves to its exit code. Kills a client that does not end in time. */
  async end(): Promise<number | null> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STEP_TIMEOUT_MS);
    const code = await this.#ended;
    clearTimeout(timer);
    return code;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.end();
  }
}
