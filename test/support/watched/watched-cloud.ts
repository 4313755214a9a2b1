import { once } from 'node:events';
import { resolve } from 'node:path';
import { type CloudProcess, startCloudProcess } from '../cloud/cloud-process.ts';
import type { LocalCloudOptions } from '../cloud/cloud-run.ts';
import type { Leak } from './secrets.ts';

export type WatchOrder =
  | 'report'
  | 'takeLines'
  | { readonly invoke: string; readonly event: unknown }
  | { readonly clockOffsetSeconds: number };

export interface WatchReport {
  /** Kind of secret → how many were sent or are stored. */
  readonly secretCounts: Readonly<Record<string, number>>;
  /** Secrets that appear in the log of a function or on the console. */
  readonly leaks: readonly Leak[];
  readonly eventCount: number;
  /** Events that violate the list in core/events.ts, each kind of problem once. */
  readonly eventProblems: readonly string[];
}

/** A local cloud that records every secret and every log line of its functions. */
export interface WatchedCloud extends CloudProcess {
  report(): Promise<WatchReport>;
  /** The lines that functions have written since the last call, unchanged. */
  takeLines(): Promise<readonly string[]>;
  /** Invokes a function with the rights of an operator. @param name the end of its id in the stack, such as `Keys` */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Moves the clocks of all functions. */
  setClock(offsetSeconds: number): Promise<void>;
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
    setClock: async (clockOffsetSeconds) => void (await ask({ clockOffsetSeconds })),
  };
};
