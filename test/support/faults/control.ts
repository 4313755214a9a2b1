import type { ServiceName } from '../../../tools/local/cloud/services/aws-json-server.ts';
import type { Fault, RecordedCall } from './injection/faults.ts';

/** The orders that a test can give to a local cloud in a child process. */
export interface CloudControl {
  /** Arms these faults and replaces the earlier ones. */
  arm(...faults: readonly Fault[]): Promise<void>;
  /** @returns the number of attempts that met a fault */
  disarm(): Promise<number>;
  record(): Promise<void>;
  recorded(): Promise<readonly RecordedCall[]>;
  /** Resolves when every function has an environment. */
  prewarm(): Promise<void>;
  /** Uses new environments from now on, for every function or for one, with the given clock offset. */
  restart(options?: { readonly logicalId?: string; readonly clockOffsetMs?: number }): Promise<void>;
  /** Kills every busy environment. */
  crash(): Promise<void>;
  /** Names of the tables. */
  tables(): Promise<readonly string[]>;
  /** Logical ids of the functions. */
  functions(): Promise<readonly string[]>;
  /** Invokes a function with every permission. */
  invoke(
    logicalId: string,
    event: unknown,
  ): Promise<{ readonly ok: boolean; readonly result?: unknown; readonly errorMessage?: string }>;
  asOperator(service: ServiceName, action: string, input: object): Promise<Record<string, unknown>>;
  /** Returns every line that functions have written since the last call, unchanged. */
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
