import { once } from 'node:events';
import { resolve } from 'node:path';
import { type CloudProcess, startCloudProcess } from '../cloud/cloud-process.ts';
import type { LocalCloudOptions } from '../cloud/cloud-run.ts';
import type { Leak } from './secrets.ts';

export type WatchOrder = 'report' | 'takeLines' | { readonly invoke: string; readonly event: unknown };

export interface WatchReport {
  /** Kind of secret → how many passed or are stored. */
  readonly secretCounts: Readonly<Record<string, number>>;
  /** Secrets that stand in the log of a function, or on the console. */
  readonly leaks: readonly Leak[];
  readonly eventCount: number;
  /** Events that are not as the list of core/events.ts has them, each kind of problem once. */
  readonly eventProblems: readonly string[];
}

/** A local cloud that remembers every secret and every line of its functions. */
export interface WatchedCloud extends CloudProcess {
  report(): Promise<WatchReport>;
  /** What functions wrote since the last time, line by line, as it was written. */
  takeLines(): Promise<readonly string[]>;
  /** Invokes a function with the rights of an operator. @param name the end of its id in the stack, such as `Keys` */
  invoke(name: string, event: unknown): Promise<unknown>;
}

export const startWatchedCloud = async (options: LocalCloudOptions = {}): Promise<WatchedCloud> => {
  const cloud = await startCloudProcess(options, resolve(import.meta.dirname, 'watched-cloud-entry.ts'));
  const ask = async (order: WatchOrder): Promise<never> => {
    const answer = once(cloud.child, 'message');
    cloud.child.send(order);
    return (await answer)[0] as never;
  };
  return {
    ...cloud,
    report: () => ask('report'),
    takeLines: () => ask('takeLines'),
    invoke: (name, event) => ask({ invoke: name, event }),
  };
};
