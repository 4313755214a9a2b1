import type { ServiceName } from '../../../tools/local/cloud/services/aws-json-server.ts';
import type { Fault, RecordedCall } from './injection/faults.ts';

/** What a test can order of a local cloud that runs as its child. */
export interface CloudControl {
  /** Arms faults in place of those before. */
  arm(...faults: readonly Fault[]): Promise<void>;
  /** @returns how many attempts met a fault */
  disarm(): Promise<number>;
  record(): Promise<void>;
  recorded(): Promise<readonly RecordedCall[]>;
  /** Until every function has an environment. */
  prewarm(): Promise<void>;
  /** New environments from now on, of every function or of one, their clocks off by as much. */
  restart(options?: { readonly logicalId?: string; readonly clockOffsetMs?: number }): Promise<void>;
  /** Ends every environment at work, in the middle of it. */
  crash(): Promise<void>;
  /** Names of the tables. */
  tables(): Promise<readonly string[]>;
  /** Logical ids of the functions. */
  functions(): Promise<readonly string[]>;
  /** As whoever may invoke any function. */
  invoke(
    logicalId: string,
    event: unknown,
  ): Promise<{ readonly ok: boolean; readonly result?: unknown; readonly errorMessage?: string }>;
  asOperator(service: ServiceName, action: string, input: object): Promise<Record<string, unknown>>;
  /** Every line that functions wrote since the last time, as it was written. */
  takeLog(): Promise<string>;
}

export interface ControlRequest {
  readonly id: number;
  readonly order: keyof CloudControl;
  readonly parameters: readonly unknown[];
}

export type ControlAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };
