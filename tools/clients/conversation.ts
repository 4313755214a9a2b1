import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { retry } from '../../lambdas/core/retry.ts';
import type { User } from '../../test/support/browser/user.ts';
import { createClientHome } from '../../test/support/client-programs/process.ts';

/** How long one call may take, with the login in between. */
const CALL_LIMIT_MS = 120_000;

/** A program that stands for a client, and how it is run. */
export interface Driver {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What became of one call, and how often the client sent the user to the browser. */
export interface Outcome {
  readonly text?: string;
  readonly error?: string;
  readonly logins: number;
}

/**
 * A client that runs. It gets the name of each tool as a line of JSON, and answers `{ "text" }` or `{ "error" }`. When it
 * says `{ "open": url }`, the user signs in and allows what is asked.
 */
export class Conversation {
  readonly #child: ChildProcess;
  readonly #user: User;
  readonly #removeHome: () => Promise<void>;
  #printed = '';
  #logins = 0;
  #settle: ((outcome: Omit<Outcome, 'logins'>) => void) | undefined;

  private constructor(child: ChildProcess, user: User, removeHome: () => Promise<void>) {
    this.#child = child;
    this.#user = user;
    this.#removeHome = removeHome;
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => this.#hear(line));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#printed = (this.#printed + text).slice(-4000);
    });
    child.stdin?.on('error', () => undefined);
    child.once('close', (code) => this.#answer({ error: `the client ended with ${code}: ${this.#printed.trim()}` }));
  }

  static async start(driver: Driver, url: string, callbackPort: number, user: User): Promise<Conversation> {
    const home = await createClientHome();
    const child = spawn(driver.command, driver.args, {
      cwd: home.path,
      env: {
        ...home.environment,
        PATH: `${home.environment.PATH}:${process.env.PATH ?? ''}`,
        ...driver.environment,
        GATEHOUSE_URL: url,
        CALLBACK_PORT: String(callbackPort),
      },
      stdio: 'pipe',
    });
    child.once('error', () => undefined);
    return new Conversation(child, user, home.remove);
  }

  async call(tool: string): Promise<Outcome> {
    const before = this.#logins;
    const { promise, resolve } = Promise.withResolvers<Omit<Outcome, 'logins'>>();
    this.#settle = resolve;
    const timer = setTimeout(
      () => this.#answer({ error: `no answer in ${CALL_LIMIT_MS / 1000} s: ${this.#printed.trim()}` }),
      CALL_LIMIT_MS,
    );
    if (this.#child.exitCode !== null) this.#answer({ error: `the client has ended: ${this.#printed.trim()}` });
    else this.#child.stdin?.write(`${JSON.stringify({ call: tool })}\n`);
    const outcome = await promise;
    clearTimeout(timer);
    return { ...outcome, logins: this.#logins - before };
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#removeHome();
  }

  #answer(outcome: Omit<Outcome, 'logins'>): void {
    this.#settle?.(outcome);
    this.#settle = undefined;
  }

  #hear(line: string): void {
    let message: { open?: string; text?: string; error?: string };
    try {
      message = JSON.parse(line);
    } catch {
      // A library that prints to standard output.
      this.#printed = `${this.#printed}${line}\n`.slice(-4000);
      return;
    }
    if (message.open === undefined) this.#answer(message);
    else this.#signIn(message.open).catch((error: unknown) => this.#answer({ error: String(error) }));
  }

  /** Acts as the browser, up to the client's own port. */
  async #signIn(url: string): Promise<void> {
    this.#logins += 1;
    const { left, html } = await this.#user.signIn(url);
    if (left === undefined) throw new Error(`the login ended on a page: ${html.slice(0, 500)}`);
    // A person is slower than this, so a client may not listen yet.
    const response = await retry(() => this.#user.request(left), { attempts: 50, wait: () => delay(200) });
    await response.body?.cancel();
  }
}
