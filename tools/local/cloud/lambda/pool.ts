import { FunctionError } from '../function-invoker.ts';
import type { FunctionDefinition } from './definition.ts';
import { ExecutionEnvironment, type OnLog } from './execution-environment.ts';

/**
 * Environments of one function that serve buffered invocations. Lambda has a thousand. A few are enough to behave the
 * same: each has its own memory and serves one invocation at a time. More would only cost memory (about 30 MB each);
 * further invocations wait, which takes milliseconds.
 */
export const MAX_ENVIRONMENTS = 4;
/** Streams may stay open for minutes, so they do not wait for each other. Beyond this number they are throttled. */
export const MAX_STREAMING_ENVIRONMENTS = 32;
/** Time for which an idle environment is kept. One per function is always kept. */
const IDLE_MS = 60_000;

interface Waiting {
  resolve(environment: ExecutionEnvironment): void;
  reject(error: unknown): void;
}

/** The environments of one function. The most recently used one serves next, so that unneeded ones stay idle and end. */
export class EnvironmentPool {
  readonly #definition: FunctionDefinition;
  readonly #onLog: OnLog;
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #idleTimers = new Map<ExecutionEnvironment, NodeJS.Timeout>();
  /** Busy environments that serve no further invocation. */
  readonly #outdated = new Set<ExecutionEnvironment>();
  #clockOffsetMs = 0;
  #starting = 0;
  #limit = MAX_ENVIRONMENTS;
  #closed = false;

  constructor(definition: FunctionDefinition, onLog: OnLog) {
    this.#definition = definition;
    this.#onLog = onLog;
  }

  /** A free environment: an idle one, or the first that becomes free. */
  async acquire({ streaming }: { streaming: boolean }): Promise<ExecutionEnvironment> {
    if (this.#closed) throw new FunctionError('ServiceException', 'the local cloud is stopping');
    if (streaming) this.#limit = MAX_STREAMING_ENVIRONMENTS;
    const idle = this.#idle.pop();
    if (idle) {
      clearTimeout(this.#idleTimers.get(idle));
      return idle;
    }
    if (streaming && this.#all.size >= this.#limit && this.#waiting.length >= this.#starting) {
      const message = `${this.#definition.logicalId}: ${this.#limit} streams are open at once, the most the local cloud serves`;
      throw new FunctionError('TooManyRequestsException', message);
    }
    const free = new Promise<ExecutionEnvironment>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#startWhereNeeded();
    return free;
  }

  /** Returns an environment to the pool. An environment that has ended is dropped. */
  release(environment: ExecutionEnvironment): void {
    if (environment.dead || this.#closed) return;
    if (this.#outdated.has(environment)) return void environment.terminate();
    const next = this.#waiting.shift();
    if (next) {
      next.resolve(environment);
      return;
    }
    this.#idle.push(environment);
    const timer = setTimeout(() => this.#retire(environment), IDLE_MS).unref();
    this.#idleTimers.set(environment, timer);
  }

  /** Moves the clock of every environment, also of those that start later. */
  setClock(offsetMs: number): void {
    this.#clockOffsetMs = offsetMs;
    for (const environment of this.#all) environment.setClock(offsetMs);
  }

  /** Uses new environments from now on, as after a deployment. Idle ones end at once, busy ones after their invocation. */
  restart(): void {
    const idle = new Set(this.#idle);
    for (const environment of this.#all) {
      if (idle.has(environment)) void environment.terminate();
      else this.#outdated.add(environment);
    }
  }

  /** Kills the busy environments. Resolves when their code no longer runs. */
  async crash(): Promise<void> {
    const idle = new Set(this.#idle);
    const atWork = [...this.#all].filter((environment) => !idle.has(environment));
    await Promise.all(atWork.map((environment) => environment.crash()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#idleTimers.values()) clearTimeout(timer);
    const stopping = new FunctionError('ServiceException', 'the local cloud is stopping');
    for (const { reject } of this.#waiting.splice(0)) reject(stopping);
    await Promise.all([...this.#all].map((environment) => environment.terminate()));
  }

  #startWhereNeeded(): void {
    while (!this.#closed && this.#starting < this.#waiting.length && this.#all.size < this.#limit) this.#startOne();
  }

  #startOne(): void {
    const environment = new ExecutionEnvironment(this.#definition, this.#onLog);
    if (this.#clockOffsetMs !== 0) environment.setClock(this.#clockOffsetMs);
    this.#all.add(environment);
    this.#starting++;
    environment.onDeath = () => this.#forget(environment);
    environment.ready.then(
      () => {
        this.#starting--;
        this.release(environment);
      },
      (error: unknown) => {
        this.#starting--;
        this.#waiting.shift()?.reject(error);
      },
    );
  }

  #forget(environment: ExecutionEnvironment): void {
    this.#all.delete(environment);
    this.#outdated.delete(environment);
    clearTimeout(this.#idleTimers.get(environment));
    this.#idleTimers.delete(environment);
    const index = this.#idle.indexOf(environment);
    if (index >= 0) this.#idle.splice(index, 1);
    // An invocation that waits for this environment must not wait forever. A failed start answers its own caller first.
    setImmediate(() => this.#startWhereNeeded());
  }

  #retire(environment: ExecutionEnvironment): void {
    if (this.#all.size > 1) void environment.terminate();
  }
}
