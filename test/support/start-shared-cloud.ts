import { type LocalCloud, startLocalCloud } from './local-cloud.ts';
import { announceSharedCloud } from './shared-cloud.ts';

declare global {
  var sharedLocalCloud: LocalCloud | undefined;
}

export default async (): Promise<void> => {
  globalThis.sharedLocalCloud = await startLocalCloud();
  announceSharedCloud(globalThis.sharedLocalCloud);
};
