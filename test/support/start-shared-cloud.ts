import { announceSharedCloud } from './shared-cloud.ts';
import { startWatchedCloud, type WatchedCloud } from './watched/watched-cloud.ts';

declare global {
  var sharedLocalCloud: WatchedCloud | undefined;
}

export default async (): Promise<void> => {
  globalThis.sharedLocalCloud = await startWatchedCloud();
  announceSharedCloud(globalThis.sharedLocalCloud);
};
