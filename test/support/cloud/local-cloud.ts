import { parseArguments } from '../../../tools/local/arguments.ts';
import { CleanUp } from '../../../tools/local/cloud/clean-up.ts';
import type { ResolvedTemplate } from '../../../tools/local/cloud/resolved-template.ts';
import type { Services } from '../../../tools/local/cloud/services/index.ts';
import { type Seams, startLocalCloud as start } from '../../../tools/local/start.ts';
import { commandLine, type LocalCloudOptions, Output, type ReadyCloud } from './cloud-run.ts';

export type { CloudAddress, LocalCloudOptions } from './cloud-run.ts';

/** A local cloud for one test file. */
export interface LocalCloud extends ReadyCloud {
  /** Ends it, and resolves when its ports are free again. */
  readonly stop: () => Promise<unknown>;
}

/** A local cloud with everything that runs in it, within reach of the test. */
export interface OpenCloud extends LocalCloud {
  readonly template: ResolvedTemplate;
  readonly services: Services;
}

/**
 * Starts a local cloud of its own for the caller, in the process of the test: a process for each would load the CDK
 * anew. Its functions run in worker threads, as they always do.
 *
 * @param seams what the test sees of its work
 */
export const startLocalCloud = async (options: LocalCloudOptions = {}, seams: Seams = {}): Promise<OpenCloud> => {
  const { port, args } = await commandLine(options);
  const output = new Output();
  const cleanUp = new CleanUp();
  try {
    const print = (line: string): void => output.add(`${line}\n`);
    const { connectorUrl, template, services } = await start(parseArguments(args), print, cleanUp.add, seams);
    return {
      origin: `http://localhost:${port}`,
      mcpUrl: connectorUrl,
      port,
      output: () => output.text,
      until: async (isThere) => void (await output.find((text) => isThere(text) || undefined)),
      template,
      services,
      stop: () => cleanUp.run(),
    };
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
};
