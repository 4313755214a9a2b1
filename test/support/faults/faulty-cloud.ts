import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { ClientDocuments } from '../client-profiles/documents.ts';
import { type CloudProcess, startCloudProcess } from '../cloud/cloud-process.ts';
import type { LocalCloudOptions } from '../cloud/cloud-run.ts';
import type { CloudControl, ControlAnswer, ControlRequest } from './control.ts';
import { type Fault, Faults, type RecordedCall } from './injection/faults.ts';

const ENTRY = resolve(import.meta.dirname, 'cloud-with-faults.ts');

/** A local cloud and a host of client documents, in which a test can make every call fail. */
export interface FaultyCloud extends CloudProcess, CloudControl {
  readonly documents: ClientDocuments;
  /** Starts new environments for functions, each named by the end of its logical id, such as `Token`. */
  restartOnly(...names: readonly string[]): Promise<void>;
}

const controlOf = (child: ChildProcess): CloudControl => {
  let lastId = 0;
  const waiting = new Map<number, (answer: ControlAnswer) => void>();
  child.on('message', (answer: ControlAnswer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const order =
    (name: keyof CloudControl) =>
    (...parameters: readonly unknown[]): Promise<never> =>
      new Promise((fulfil, reject) => {
        lastId += 1;
        waiting.set(lastId, (answer) =>
          'error' in answer ? reject(new Error(answer.error)) : fulfil(answer.result as never),
        );
        child.send({ id: lastId, order: name, parameters } satisfies ControlRequest);
      });
  return {
    arm: order('arm'),
    disarm: order('disarm'),
    record: order('record'),
    recorded: order('recorded'),
    prewarm: order('prewarm'),
    crash: order('crash'),
    restart: order('restart'),
    tables: order('tables'),
    functions: order('functions'),
    invoke: order('invoke'),
    asOperator: order('asOperator'),
    takeLog: order('takeLog'),
  };
};

export const startFaultyCloud = async (options: LocalCloudOptions = {}): Promise<FaultyCloud> => {
  const cloud = await startCloudProcess(options, ENTRY);
  const control = controlOf(cloud.child);
  // The document host runs in this process, so its faults are armed here.
  const ownFaults = new Faults(() => control.crash());
  const documents = new ClientDocuments(ownFaults.before);
  await documents.start();
  return {
    ...cloud,
    ...control,
    documents,
    arm: async (...faults: readonly Fault[]) => {
      ownFaults.arm(...faults.filter(({ service }) => service === undefined || service === 'upstream'));
      await control.arm(...faults);
    },
    disarm: async () => ownFaults.disarm() + (await control.disarm()),
    record: async () => {
      ownFaults.record();
      await control.record();
    },
    recorded: async (): Promise<readonly RecordedCall[]> => [...(await control.recorded()), ...ownFaults.recorded()],
    restartOnly: async (...names) => {
      const isNamed = (logicalId: string) =>
        names.some((name) => new RegExp(`${name}Function[0-9A-F]{8}$`).test(logicalId));
      for (const logicalId of (await control.functions()).filter(isNamed)) await control.restart({ logicalId });
    },
    stop: async (signal) => {
      await documents.stop();
      return cloud.stop(signal);
    },
  };
};
