import type { ChildProcess } from 'node:child_process';
import { startWatchedCloud, type WatchedCloud } from '../watched/watched-cloud.ts';
import { startCloudHost } from './cloud-host.ts';
import { announceSharedCloud } from './shared-cloud.ts';

declare global {
  var sharedLocalCloud: WatchedCloud | undefined;
  var cloudHost: ChildProcess | undefined;
}

export default async (): Promise<void> => {
  globalThis.cloudHost = await startCloudHost();
  globalThis.sharedLocalCloud = await startWatchedCloud({ isWarm: true });
  announceSharedCloud(globalThis.sharedLocalCloud);
};
