import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Lambda's limit for all variables together, measured as the JSON in which it is sent them. */
export const MAX_ENVIRONMENT_BYTES = 4096;

// As long as what is known only after deployment: the longest are ARNs of secrets and roles.
const UNRESOLVED_TEXT = 'x'.repeat(150);

/** Upper estimate in bytes of an environment whose values may still hold references. */
export const environmentBytes = (scope: Construct, environment: ReadonlyMap<string, string>): number => {
  const deployed = [...environment].map(([name, value]) => [name, textOf(Stack.of(scope).resolve(value))] as const);
  // Most values are JSON themselves, and each of their quotes takes two bytes here.
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(deployed)));
};

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [separator, parts] = (value as { 'Fn::Join'?: [string, unknown] })['Fn::Join'] ?? [];
  return Array.isArray(parts) ? parts.map(textOf).join(separator) : UNRESOLVED_TEXT;
};
