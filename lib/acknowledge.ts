import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Findings of cdk-nag's AwsSolutions pack that are accepted for a part of the stack: rule → why. */
export const acknowledge = (part: IConstruct, findings: Readonly<Record<string, string>>): void => {
  for (const [rule, reason] of Object.entries(findings)) {
    Validations.of(part).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
  }
};
