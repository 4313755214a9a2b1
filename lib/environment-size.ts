import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Lambda's limit for names and values of all variables together. */
export const MAX_ENVIRONMENT_BYTES = 4096;

// What a name that is known only after deployment takes: the longest we use are ARNs of secrets and roles.
const UNRESOLVED_BYTES = 150;

/** Upper estimate in bytes of an environment whose values may still hold references. */
export const environmentBytes = (scope: Construct, environment: ReadonlyMap<string, string>): number =>
  [...environment].reduce((sum, [name, value]) => sum + name.length + bytesOf(Stack.of(scope).resolve(value)), 0);

const bytesOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  const parts = (value as { 'Fn::Join'?: [string, unknown] })['Fn::Join']?.[1];
  if (!Array.isArray(parts)) return UNRESOLVED_BYTES;
  return parts.reduce<number>((sum, part) => sum + bytesOf(part), 0);
};
