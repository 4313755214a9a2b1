import { hasCloudHost, runInCloudHost } from './cloud-host.ts';
import { startCloudProcess } from './cloud-process.ts';
import { commandLine, type LocalCloudOptions, type ReadyCloud, whenReady } from './cloud-run.ts';

export type { CloudAddress, LocalCloudOptions } from './cloud-run.ts';

/** A local cloud for one test file. */
export interface LocalCloud extends ReadyCloud {
  /** Ends it, and resolves when its ports are free again. */
  readonly stop: () => Promise<unknown>;
}

/** Starts a local cloud of its own for the caller, and waits until it is ready. */
export const startLocalCloud = async (options: LocalCloudOptions = {}): Promise<LocalCloud> => {
  if (!hasCloudHost()) return startCloudProcess(options);
  const { port, args } = await commandLine(options);
  const run = runInCloudHost(args);
  const ready = await whenReady(run, port);
  return {
    ...ready,
    stop: () => {
      run.end();
      return run.ended;
    },
  };
};
