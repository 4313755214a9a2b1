import { Stack } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

/** Lambda's limit for all variables together. It counts the JSON in which they are sent. */
export const MAX_ENVIRONMENT_BYTES = 4096;

// Length of values that are known only after deployment. ARNs of secrets and roles are the longest.
const ARN_CHARACTERS = 150;
/** `d111111abcdef8.cloudfront.net`, with a reserve. */
const DOMAIN_NAME_CHARACTERS = 34;
/** CloudFormation names a table `STACK-LOGICALID-1A2B3C4D5E6F7`. */
const TABLE_NAME_SUFFIX_CHARACTERS = 15;

/** Upper estimate, in bytes, of an environment whose values may still contain references. */
export const environmentBytes = (scope: Construct, environment: ReadonlyMap<string, string>): number => {
  const stack = Stack.of(scope);
  const tables = stack.node.findAll().filter((construct) => construct instanceof CfnTable);
  const tableIds = new Set(tables.map(({ logicalId }) => String(stack.resolve(logicalId))));

  const lengthOf = ({ Ref: id = '', 'Fn::GetAtt': attribute }: Reference): number => {
    if (tableIds.has(id)) return stack.stackName.length + id.length + TABLE_NAME_SUFFIX_CHARACTERS;
    return attribute?.[1] === 'DomainName' ? DOMAIN_NAME_CHARACTERS : ARN_CHARACTERS;
  };
  const textOf = (value: string | Reference): string => {
    if (typeof value === 'string') return value;
    const [separator, parts] = value['Fn::Join'] ?? [];
    return parts === undefined ? 'x'.repeat(lengthOf(value)) : parts.map(textOf).join(separator);
  };
  const deployed = [...environment].map(([name, value]) => [name, textOf(stack.resolve(value))] as const);
  // Most values are JSON themselves, so each of their quotes takes two bytes here.
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(deployed)));
};

/** A value in the template that is not text. */
interface Reference {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly [logicalId: string, attribute: string];
  readonly 'Fn::Join'?: readonly [separator: string, parts: readonly (string | Reference)[]];
}
