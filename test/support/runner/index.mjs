import { join } from 'node:path';
import { Worker } from 'jest-worker';

/** jest's runner for this project: `worker.mjs` says how it differs from jest's own. */
export default class NativeRunner {
  #globalConfig;

  constructor(globalConfig) {
    this.#globalConfig = globalConfig;
  }

  async runTests(tests, watcher, onStart, onResult, onFailure, { serial }) {
    const workers = new Worker(join(import.meta.dirname, 'worker.mjs'), {
      exposedMethods: ['runFile'],
      numWorkers: serial ? 1 : this.#globalConfig.maxWorkers,
      maxRetries: 0,
      forkOptions: {
        stdio: 'pipe',
        execArgv: ['--no-warnings'],
        env: process.env,
      },
    });
    workers.getStdout()?.pipe(process.stdout);
    workers.getStderr()?.pipe(process.stderr);
    const { testNamePattern, testTimeout } = this.#globalConfig;
    const runOne = async (test) => {
      if (watcher.isInterrupted()) return;
      await onStart(test);
      const { rootDir, displayName } = test.context.config;
      try {
        await onResult(
          test,
          await workers.runFile({ path: test.path, rootDir, displayName, testNamePattern, testTimeout }),
        );
      } catch (error) {
        await onFailure(test, error);
      }
    };
    try {
      await Promise.all(tests.map(runOne));
    } finally {
      // A test may have left a server open: its process is not waited for.
      await workers.end();
    }
  }
}
