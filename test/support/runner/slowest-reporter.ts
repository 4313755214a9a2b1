import { relative } from 'node:path';

const SHOWN_FILES = 10;

/** The part of jest's results that is read here. */
interface Results {
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly perfStats: { readonly runtime: number };
    /** Set by the runner: processor time of the test's process, without the processes that it starts. */
    readonly cpuMs?: number;
  }[];
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`.padStart(9);

/** Prints the slowest test files at the end of a run. */
export default class SlowestReporter {
  readonly #rootDir: string;

  constructor({ rootDir }: { readonly rootDir: string }) {
    this.#rootDir = rootDir;
  }

  onRunComplete(_: unknown, { testResults }: Results): void {
    if (testResults.length <= SHOWN_FILES) return;
    const slowest = [...testResults].sort((a, b) => b.perfStats.runtime - a.perfStats.runtime).slice(0, SHOWN_FILES);
    const rows = slowest.map(
      ({ testFilePath, perfStats, cpuMs = 0 }) =>
        `${seconds(perfStats.runtime)}${seconds(cpuMs)}  ${relative(this.#rootDir, testFilePath)}`,
    );
    process.stderr.write(`\nSlowest files (elapsed time, processor time of the test itself):\n${rows.join('\n')}\n`);
  }
}
