import type { ServiceName } from '../../../tools/local/cloud/services/aws-json-server.ts';
import { ofType } from '../../../tools/local/cloud/services/principals.ts';
import { ClientDocuments } from '../client-profiles/documents.ts';
import type { LocalCloudOptions } from '../cloud/cloud-run.ts';
import { type LocalCloud, startLocalCloud } from '../cloud/local-cloud.ts';
import { type Fault, Faults, type RecordedCall } from './injection/faults.ts';

/** A local cloud and a host of client documents, in which a test can make every call fail. */
export interface FaultyCloud extends LocalCloud {
  readonly documents: ClientDocuments;
  /** Names of the tables. */
  readonly tables: readonly string[];
  /** Arms these faults and replaces the earlier ones. */
  arm(...faults: readonly Fault[]): void;
  /** @returns the number of attempts that met a fault */
  disarm(): number;
  record(): void;
  recorded(): readonly RecordedCall[];
  /** Resolves when every function has an environment. */
  prewarm(): Promise<void>;
  /** Kills every busy environment. */
  crash(): Promise<void>;
  /** @returns the physical name of a table that is named by a part of it, such as `Keys` */
  tableNamed(name: string): string;
  /** @returns the logical id of a function that is named by its end, such as `Token` */
  functionNamed(name: string): string;
  /** Starts new environments for functions, each named by its logical id or the end of it. @default all */
  restart(...names: readonly string[]): void;
  /** Moves the clocks of functions, which are named in the same way. @default all */
  setClock(offsetSeconds: number, ...names: readonly string[]): void;
  /** Invokes a function with every permission. */
  invoke(
    name: string,
    event: unknown,
  ): Promise<{ readonly ok: boolean; readonly result?: unknown; readonly errorMessage?: string }>;
  asOperator(service: ServiceName, action: string, input: object): Promise<Record<string, unknown>>;
  /** Returns every line that functions have written since the last call, unchanged. */
  takeLog(): string;
}

export const startFaultyCloud = async (options: LocalCloudOptions = {}): Promise<FaultyCloud> => {
  const lines: string[] = [];
  const faults = new Faults((logicalId) => cloud.services.functions.crash(logicalId));
  const cloud = await startLocalCloud(options, {
    onCall: faults.onCall,
    beforeProvider: faults.before,
    onLog: ({ text }) => lines.push(text),
  });
  const { template, services } = cloud;
  const { functions } = services;
  const documents = new ClientDocuments(faults.before);
  await documents.start();
  const functionNamed = (name: string): string => {
    const isNamed = (id: string): boolean => id === name || new RegExp(`${name}Function[0-9A-F]{8}$`).test(id);
    const found = [...functions.arns.keys()].find(isNamed);
    if (found === undefined) throw new Error(`no function is named ${name}`);
    return found;
  };
  const tables = ofType(template, 'AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(
    ({ physicalId }) => physicalId,
  );
  const tableNamed = (name: string): string => {
    const found = tables.find((table) => table.includes(name));
    if (found === undefined) throw new Error(`no table is named ${name}`);
    return found;
  };
  return {
    ...cloud,
    documents,
    tables,
    tableNamed,
    arm: (...armed) => faults.arm(...armed),
    disarm: () => faults.disarm(),
    record: () => faults.record(),
    recorded: () => faults.recorded(),
    functionNamed,
    prewarm: () => functions.prewarm(),
    crash: () => functions.crash(),
    restart: (...names) => {
      if (names.length === 0) functions.restart();
      for (const name of names) functions.restart(functionNamed(name));
    },
    setClock: (offsetSeconds, ...names) => {
      if (names.length === 0) functions.setClock(offsetSeconds * 1000);
      for (const name of names) functions.setClock(offsetSeconds * 1000, functionNamed(name));
    },
    invoke: async (name, event) => functions.invoke(functions.arns.get(functionNamed(name)) ?? name, event),
    asOperator: async (service, action, input) => services.asOperator(service, action, input),
    takeLog: () => lines.splice(0).join('\n'),
    stop: async () => {
      await documents.stop();
      await cloud.stop();
    },
  };
};
