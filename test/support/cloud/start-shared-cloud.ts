import { startWatchedCloud, type WatchedCloud } from '../watched/watched-cloud.ts';
import prepareRun from './files-of-this-run.ts';
import { announceSharedCloud } from './shared-cloud.ts';

declare global {
  var sharedLocalCloud: WatchedCloud | undefined;
}

export default async (): Promise<void> => {
  // jest runs the set-up of a project before that of the run.
  prepareRun();
  globalThis.sharedLocalCloud = await startWatchedCloud({ isWarm: true });
  announceSharedCloud(globalThis.sharedLocalCloud);
};
