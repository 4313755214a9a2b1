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
import { KEY_TAG, RING_TAG } from '../names.ts';

/** KMS accepts a new role as a principal of a key policy only after a while. */
const KEYS_TIMEOUT = Duration.minutes(5);

export interface KeyRingProps {
  /** The table that holds the ring. */
  readonly table: Table;
  /** The only role that may sign. The policy of every new key names it. */
  readonly tokenRole: Role;
  readonly lifetimes: Configuration['lifetimes'];
  /** Tags of the configuration, for new signing keys. */
  readonly tags: Configuration['tags'];
}

/**
 * The signing keys. They are data in a table and not part of the template, so a rotation is never drift. The `key-ring`
 * function owns them. It creates the first key during the first deployment, and a daily schedule makes it rotate keys.
 */
export class KeyRing extends Construct {
  /** The function that creates, rotates and retires keys. */
  readonly manager: EndpointFunction;
  /** Value of `KEY_TAG`. */
  readonly stackTag: string;
  readonly #firstKey: CfnResource;

  constructor(scope: Construct, id: string, { table, tokenRole, lifetimes, tags }: KeyRingProps) {
    super(scope, id);
    this.stackTag = `${Stack.of(this).stackName}/${scope.node.id}`;
    this.manager = new EndpointFunction(this, 'KeyRing', {
      folder: 'key-ring',
      description: 'creates, rotates and retires the signing keys',
      timeout: KEYS_TIMEOUT,
    });
    this.manager
      .bindTable(settings.keysTable, table, 'GetItem', 'UpdateItem')
      .set(settings.lifetimes, lifetimes)
      .set(settings.tokenRoleArn, tokenRole.roleArn)
      .set(settings.keyRingRoleArn, this.manager.role.roleArn)
      .set(settings.accountId, Aws.ACCOUNT_ID)
      .set(settings.stackTag, this.stackTag)
      .setOptional(settings.keyTags, Object.keys(tags).length === 0 ? undefined : tags);
    this.#allowCreatingKeys(table.tableName);
    this.#firstKey = this.#createFirstKey(tokenRole, lifetimes.accessTokenSeconds);
    new Rule(this, 'Daily', {
      description: 'Gatehouse: rotates and retires signing keys that are due',
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(this.manager.lambda)],
    });
  }

  /** Delays a part of the stack until the first signing key exists. */
  mustExistBefore(part: Construct): void {
    part.node.addDependency(this.#firstKey);
  }

  /** Lets a function see whether a signing key of this stack can sign, but not sign. */
  grantDescribeKeys(endpoint: EndpointFunction): void {
    endpoint.allow(['kms:DescribeKey'], this.#anyKeyArn, {
      StringEquals: { [`aws:ResourceTag/${KEY_TAG}`]: this.stackTag },
    });
    acknowledge(endpoint.role, {
      'IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]':
        'Signing keys are not in the template; a condition demands the tag of this stack',
    });
  }

  /** Signing keys are data, so the template knows none of their ARNs. It says the same whether or not the region is known. */
  get #anyKeyArn(): string {
    return `arn:${Aws.PARTITION}:kms:${Aws.REGION}:${Aws.ACCOUNT_ID}:key/*`;
  }

  /** Only this kind of key, and only with our tags. The policy of each key says who may use it. */
  #allowCreatingKeys(tableName: string): void {
    const ourTags = {
      [`aws:RequestTag/${KEY_TAG}`]: this.stackTag,
      [`aws:RequestTag/${RING_TAG}`]: tableName,
    };
    this.manager
      .allow(['kms:CreateKey'], '*', {
        StringEquals: { 'kms:KeySpec': 'RSA_2048', 'kms:KeyUsage': 'SIGN_VERIFY', ...ourTags },
      })
      .allow(['kms:TagResource'], this.#anyKeyArn, { StringEquals: ourTags });
    acknowledge(this.manager.role, {
      'IAM5[Resource::*]': 'kms:CreateKey has no resource; conditions fix the kind, use and tag of the key',
      'IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]':
        'A key that is being created has no ARN yet; a condition fixes the tag',
    });
  }

  /** A deployment that changes the lifetime of tokens updates this resource, so the function learns how long keys must live. */
  #createFirstKey(tokenRole: Role, accessTokenSeconds: number): CfnResource {
    const firstKey = new CfnResource(this, 'FirstKey', {
      type: 'Custom::GatehouseKeyRing',
      properties: {
        ServiceToken: this.manager.lambda.functionArn,
        // Longer than the function's timeout, so that its own error arrives first.
        ServiceTimeout: String(KEYS_TIMEOUT.plus(Duration.minutes(2)).toSeconds()),
        AccessTokenSeconds: accessTokenSeconds,
      },
    });
    firstKey.node.addDependency(this.manager, tokenRole);
    return firstKey;
  }
}
