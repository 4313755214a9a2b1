import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rounds } from '../long-form.ts';
import { freePortPair } from '../memory/ports.ts';

/** The stress run waits for what never answers, so that its limits are those of AWS. */
export const DEFAULT_TIME_LIMIT_FACTOR = rounds(10, 1);

export interface LocalCloudOptions {
  readonly port?: number;
  readonly dataDir?: string;
  /** Merged over the repository's own configuration. Text is written unchanged. */
  readonly config?: unknown;
  readonly args?: readonly string[];
  /** How many times longer limits of time are than in AWS; less where a test waits for them. @default 10 */
  readonly timeLimitFactor?: number;
  /** Starts every function beforehand. By default each starts with its first request, which costs less in all. */
  readonly isWarm?: boolean;
}

/** Where a running local cloud answers. */
export interface CloudAddress {
  /** `http://localhost:PORT`, which is the issuer too. */
  readonly origin: string;
  /** The connector URL that the `ready` line names. */
  readonly mcpUrl: string;
  readonly port: number;
}

/** What is known of a run that is ready. */
export interface ReadyCloud extends CloudAddress {
  /** Everything printed so far, all streams. */
  readonly output: () => string;
  /** Resolves as soon as the output holds what the caller waits for. */
  readonly until: (isThere: (output: string) => boolean) => Promise<void>;
}

/** @returns the command line of the local cloud, and the port in it */
export const commandLine = async (options: LocalCloudOptions): Promise<{ port: number; args: readonly string[] }> => {
  const port = options.port ?? (await freePortPair());
  const args = ['--port', String(port)];
  if (options.dataDir !== undefined) args.push('--data', options.dataDir);
  if (options.config !== undefined) {
    const file = join(await mkdtemp(join(tmpdir(), 'gatehouse-config-')), 'config.json');
    await writeFile(file, typeof options.config === 'string' ? options.config : JSON.stringify(options.config));
    args.push('--config', file);
  }
  if (!options.isWarm) args.push('--cold');
  args.push('--time-limits', String(options.timeLimitFactor ?? DEFAULT_TIME_LIMIT_FACTOR));
  return { port, args: [...args, ...(options.args ?? [])] };
};

/** Everything that a run printed so far. */
export class Output {
  readonly #lookers = new Set<() => void>();
  #text = '';

  get text(): string {
    return this.#text;
  }

  add(text: string): void {
    this.#text += text;
    for (const look of this.#lookers) look();
  }

  /** Resolves to what is found in the output, as soon as it is there. */
  find<T>(search: (output: string) => T | undefined): Promise<T> {
    return new Promise((fulfil) => {
      const look = () => {
        const found = search(this.#text);
        if (found === undefined) return;
        this.#lookers.delete(look);
        fulfil(found);
      };
      this.#lookers.add(look);
      look();
    });
  }
}
