import { Worker } from 'node:worker_threads';
import { FunctionError } from '../function-invoker.ts';
import type { FunctionDefinition } from './definition.ts';
import type { FromWorker, Invocation, ThrownError, ToWorker, WorkerSetup } from './protocol.ts';

/** What one invocation learns from its worker. */
export interface InvocationListener {
  result(payload: string): void;
  /** A chunk of a streamed answer. `taken` requests the next one. */
  chunk(bytes: Uint8Array, taken: () => void): void;
  end(): void;
  failed(error: FunctionError): void;
}

/** A line that a function wrote, or that the platform wrote about it. */
export interface FunctionLog {
  readonly functionLogicalId: string;
  readonly requestId?: string;
  /** `platform`: timeouts, crashes and other things that Lambda itself would log. */
  readonly source: 'function' | 'platform';
  readonly text: string;
}

export type OnLog = (log: FunctionLog) => void;

/** Lets environments share compiled code, where this process does: loading a bundle then takes half of the time. */
const { NODE_COMPILE_CACHE } = process.env;
const COMPILE_CACHE = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };

/** How long a handler may run after its answer has ended or its reader has gone. */
const WIND_DOWN_MS = 5_000;
const STOPPING: ThrownError = { errorType: 'Runtime.ExitError', errorMessage: 'the local cloud is stopping' };
const KILLED: ThrownError = {
  errorType: 'Runtime.ExitError',
  errorMessage: 'Runtime exited with error: signal: killed',
};

/**
 * One execution environment: a worker with its own memory and its own process.env, which serves one invocation at a
 * time. A crash, a failed start or a timeout ends it, and it is never used again.
 */
export class ExecutionEnvironment {
  readonly #definition: FunctionDefinition;
  readonly #onLog: OnLog;
  readonly #worker: Worker;
  readonly #ready: Promise<void>;
  #current:
    | { invocation: Invocation; listener: InvocationListener; timer: NodeJS.Timeout; free: () => void }
    | undefined;
  #dead = false;
  /** Called once, when this environment has ended. */
  onDeath: () => void = () => {};

  constructor(definition: FunctionDefinition, onLog: OnLog) {
    this.#definition = definition;
    this.#onLog = onLog;
    const { moduleUrl, exportName, name: functionName, memoryMb, environment } = definition;
    const workerData: WorkerSetup = { moduleUrl, exportName, functionName, memoryMb };
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData,
      name: functionName,
      env: { ...environment, ...COMPILE_CACHE },
      argv: [],
      execArgv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    this.#ready = this.#start();
    this.#ready.catch(() => {});
  }

  /** Rejects with FunctionError when the bundle cannot be loaded. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Runs one invocation. Resolves when the environment is free for the next one, or has ended. */
  invoke(invocation: Invocation, listener: InvocationListener): Promise<void> {
    return new Promise((free) => {
      const timer = setTimeout(() => this.#timeOut(), invocation.deadlineMs - Date.now());
      this.#current = { invocation, listener, timer, free };
      if (this.#dead) this.#die({ errorType: 'Runtime.ExitError', errorMessage: 'the environment has ended' });
      else this.#tell({ type: 'invoke', ...invocation });
    });
  }

  /** The reader of the invocation has gone: closes its stream and gives it a moment to finish. */
  abort(): void {
    this.#tell({ type: 'abort' });
    this.#windDown();
  }

  /** Moves its clock, for tests of lifetimes and of clock skew. */
  setClock(offsetMs: number): void {
    this.#tell({ type: 'clock', offsetMs });
  }

  async terminate(): Promise<void> {
    this.#die(STOPPING);
    await this.#worker.terminate();
  }

  /** Ends in the middle of an invocation, as a process that runs out of memory. Resolves when its code no longer runs. */
  async crash(): Promise<void> {
    this.#die(KILLED);
    await this.#worker.terminate();
  }

  #start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: ThrownError) => {
        reject(functionError(error));
        if (!this.#dead && !this.#current) this.#log('platform', `${error.errorType}: ${error.errorMessage}`);
        this.#die(error);
      };
      const timer = setTimeout(
        () =>
          fail({
            errorType: 'Sandbox.Timedout',
            errorMessage: `Init phase took more than ${this.#definition.initTimeoutMs / 1000} s`,
          }),
        this.#definition.initTimeoutMs,
      );
      this.#worker.on('message', (message: FromWorker) => {
        if (message.type === 'ready' || message.type === 'initFailed') clearTimeout(timer);
        if (message.type === 'ready') resolve();
        else if (message.type === 'initFailed') fail(message.error);
        else this.#hear(message);
      });
      this.#worker.on('error', (error: unknown) => {
        clearTimeout(timer);
        const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
        fail({ errorType: 'Runtime.ExitError', errorMessage: `the function's process crashed: ${name}: ${message}` });
      });
      this.#worker.on('exit', (code) => {
        clearTimeout(timer);
        fail({ errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with error: exit status ${code}` });
      });
      for (const output of [this.#worker.stdout, this.#worker.stderr]) {
        output.setEncoding('utf8').on('data', (text: string) => this.#log('function', text));
      }
    });
  }

  #hear(message: FromWorker): void {
    const current = this.#current;
    const listener = current?.listener;
    // Released before the answer is reported, because the caller may invoke again at once.
    if (['result', 'closed', 'failed'].includes(message.type)) this.#release();
    if (message.type === 'log') this.#log('function', message.text, message.requestId);
    else if (message.type === 'result') listener?.result(message.payload);
    else if (message.type === 'chunk') listener?.chunk(message.bytes, () => this.#tell({ type: 'taken' }));
    else if (message.type === 'failed') {
      const { errorType, errorMessage } = message.error;
      this.#log('platform', `Invoke Error ${errorType}: ${errorMessage}`, current?.invocation.requestId);
      listener?.failed(functionError(message.error));
    } else if (message.type === 'end') {
      listener?.end();
      this.#windDown();
    }
  }

  #windDown(): void {
    const current = this.#current;
    if (!current) return;
    clearTimeout(current.timer);
    current.timer = setTimeout(() => {
      const seconds = WIND_DOWN_MS / 1000;
      this.#die({
        errorType: 'Sandbox.Recycled',
        errorMessage: `the handler went on ${seconds} s after its answer was over`,
      });
    }, WIND_DOWN_MS);
  }

  #timeOut(): void {
    const seconds = (this.#definition.timeoutMs / 1000).toFixed(2);
    this.#die({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${this.#current?.invocation.requestId} Error: Task timed out after ${seconds} seconds`,
    });
  }

  #die(error: ThrownError): void {
    const current = this.#current;
    if (!this.#dead) {
      this.#dead = true;
      void this.#worker.terminate();
      this.onDeath();
    }
    if (!current) return;
    if (error !== STOPPING) this.#log('platform', error.errorMessage, current.invocation.requestId);
    current.listener.failed(functionError(error));
    this.#release();
  }

  #release(): void {
    const current = this.#current;
    this.#current = undefined;
    clearTimeout(current?.timer);
    current?.free();
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #log(source: FunctionLog['source'], text: string, requestId?: string): void {
    for (const line of text.split('\n').filter((part) => part.length > 0)) {
      this.#onLog({
        functionLogicalId: this.#definition.logicalId,
        source,
        text: line,
        ...(requestId ? { requestId } : {}),
      });
    }
  }
}

const functionError = ({ errorType, errorMessage }: ThrownError) => new FunctionError(errorType, errorMessage);
