import { Aws, CfnResource, Duration, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import * as settings from '../../lambdas/core/settings.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Configuration } from '../config/configuration.ts';
import { EndpointFunction } from '../functions/endpoint-function.ts';

/** Tag of every signing key, by which the operator finds them again after the stack is gone. */
export const KEY_TAG = 'gatehouse:stack';

/** A new role takes a while until KMS knows it as a principal of a key policy. */
const KEYS_TIMEOUT = Duration.minutes(5);

export interface KeyRingProps {
  readonly table: Table;
  /** The one role that may sign, by the policy of every key that is made. */
  readonly tokenRole: Role;
  readonly lifetimes: Configuration['lifetimes'];
}

/**
 * The signing keys: data in a table, not template, so that rotation is never drift. The `key-ring` function owns them. It
 * makes the first key during the first deployment and rotates keys on a daily schedule.
 */
export class KeyRing extends Construct {
  readonly manager: EndpointFunction;
  /** Value of `KEY_TAG`. */
  readonly stackTag: string;
  readonly #firstKey: CfnResource;

  constructor(scope: Construct, id: string, { table, tokenRole, lifetimes }: KeyRingProps) {
    super(scope, id);
    this.stackTag = `${Stack.of(this).stackName}/${scope.node.id}`;
    this.manager = new EndpointFunction(this, 'KeyRing', {
      folder: 'key-ring',
      description: 'makes, rotates and retires the signing keys',
      timeout: KEYS_TIMEOUT,
    });
    this.manager
      .bindTable(settings.keysTable, table, 'GetItem', 'UpdateItem')
      .set(settings.lifetimes, lifetimes)
      .set(settings.tokenRoleArn, tokenRole.roleArn)
      .set(settings.keyRingRoleArn, this.manager.role.roleArn)
      .set(settings.accountId, Aws.ACCOUNT_ID)
      .set(settings.stackTag, this.stackTag);
    this.#allowMakingKeys();
    this.#firstKey = this.#makeFirstKey(tokenRole, lifetimes.accessTokenSeconds);
    new Rule(this, 'Daily', {
      description: 'Gatehouse: looks after the signing keys',
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(this.manager.lambda)],
    });
  }

  /** Holds a part of the stack back until there is a key to sign with. */
  mustExistBefore(part: Construct): void {
    part.node.addDependency(this.#firstKey);
  }

  /** Only this kind of key, and only with our tag; what may be done with it stands in the key's own policy. */
  #allowMakingKeys(): void {
    const ourTag = { [`aws:RequestTag/${KEY_TAG}`]: this.stackTag };
    this.manager
      .allow(['kms:CreateKey'], '*', {
        StringEquals: { 'kms:KeySpec': 'RSA_2048', 'kms:KeyUsage': 'SIGN_VERIFY', ...ourTag },
      })
      .allow(['kms:TagResource'], Stack.of(this).formatArn({ service: 'kms', resource: 'key', resourceName: '*' }), {
        StringEquals: ourTag,
      });
    acknowledge(this.manager.role, {
      'IAM5[Resource::*]': 'kms:CreateKey knows no resource; conditions fix kind, use and tag of the key',
      'IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]':
        'A key that is being made has no ARN yet; a condition fixes the tag',
    });
  }

  /** Told of the tokens' lifetime, so that a deployment which changes it has it recorded: keys outlive their tokens. */
  #makeFirstKey(tokenRole: Role, accessTokenSeconds: number): CfnResource {
    const firstKey = new CfnResource(this, 'FirstKey', {
      type: 'Custom::GatehouseKeyRing',
      properties: {
        ServiceToken: this.manager.lambda.functionArn,
        // Longer than the function has, so that its own answer, which says why, comes first.
        ServiceTimeout: String(KEYS_TIMEOUT.plus(Duration.minutes(2)).toSeconds()),
        AccessTokenSeconds: accessTokenSeconds,
      },
    });
    firstKey.node.addDependency(this.manager, tokenRole);
    return firstKey;
  }
}
