import { relative, sep } from 'node:path';

/** The part of jest's results that this reporter reads. */
interface Results {
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly testResults: readonly { readonly ancestorTitles: readonly string[]; readonly status: string }[];
  }[];
}

const FOLDER = ['test', 'clients', ''].join(sep);

/** Prints the name of every client that was simulated or run. */
export default class ClientReporter {
  readonly #rootDir: string;

  constructor({ rootDir }: { readonly rootDir: string }) {
    this.#rootDir = rootDir;
  }

  onRunComplete(_: unknown, { testResults }: Results): void {
    const clients = new Map<string, boolean>();
    for (const file of testResults) {
      if (!relative(this.#rootDir, file.testFilePath).startsWith(FOLDER)) continue;
      for (const { ancestorTitles, status } of file.testResults) {
        const name = ancestorTitles[0] ?? '';
        clients.set(name, (clients.get(name) ?? true) && status === 'passed');
      }
    }
    if (clients.size === 0) return;
    const lines = [...clients].sort().map(([name, passed]) => `  ${passed ? '✓' : '✕'} ${name}`);
    process.stderr.write(`\nClients:\n${lines.join('\n')}\n`);
  }
}
