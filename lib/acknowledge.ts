import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Accepts findings of cdk-nag's AwsSolutions pack for a part of the stack.
 *
 * @param findings rule → reason
 */
export const acknowledge = (part: IConstruct, findings: Readonly<Record<string, string>>): void => {
  for (const [rule, reason] of Object.entries(findings)) {
    Validations.of(part).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
  }
};
