import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Setting } from '../../lambdas/core/settings.ts';
import { BUNDLE_DIRECTORY } from './bundles.ts';
import { environmentBytes, MAX_ENVIRONMENT_BYTES } from './environment-size.ts';
import { LOG_RETENTION } from './logs.ts';

/** The operations that functions may have on a table. None may Scan or delete in bulk; `grantQueryIndex` allows Query. */
export type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

export interface EndpointFunctionProps {
  /** Folder below `lambdas/`. */
  readonly folder: string;
  /** What the function does, for the AWS console. */
  readonly description: string;
  /** @default 10 seconds */
  readonly timeout?: Duration;
  /**
   * Less memory also means less CPU, which makes signing and TLS slow.
   *
   * @default 512
   */
  readonly memoryMegabytes?: number;
}

/** What DynamoDB asks of the caller for a table under a customer's key. Secrets Manager asks for the first. */
const KEY_ACTIONS_TO_READ = ['kms:Decrypt', 'kms:DescribeKey'];
const KEY_ACTIONS_TO_WRITE = ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/** One Lambda function with its own role, which may write its own log and use the resources bound to it, and nothing else. */
export class EndpointFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly #environment = new Map<string, string>();

  constructor(scope: Construct, id: string, props: EndpointFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', { retention: LOG_RETENTION, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Gatehouse: ${props.folder}`,
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
    this.lambda = new LambdaFunction(this, 'Function', {
      description: `Gatehouse: ${props.description}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(bundleOf(props.folder)),
      role: this.role,
      logGroup,
      timeout: props.timeout ?? Duration.seconds(10),
      memorySize: props.memoryMegabytes ?? 512,
    });
  }

  /** Gives the function a setting. The value has the type that the function reads it with. */
  set<T>(setting: Setting<T>, value: NoInfer<T>): this {
    const text = typeof value === 'string' ? value : Stack.of(this).toJsonString(value);
    this.#environment.set(setting.variable, text);
    this.lambda.addEnvironment(setting.variable, text);
    return this;
  }

  /** The same for a setting that functions read only where the configuration needs it. Undefined sets nothing. */
  setOptional<T>(setting: Setting<T>, value: NoInfer<T> | undefined): this {
    return value === undefined ? this : this.set(setting, value);
  }

  /** Tells the function the name of a table, and allows exactly these operations on it, but not on its indexes. */
  bindTable(setting: Setting<string>, table: Table, ...actions: TableAction[]): this {
    this.allow(
      actions.map((action) => `dynamodb:${action}`),
      table.tableArn,
    );
    return this.#useKeyOf(
      table,
      actions.some((action) => action !== 'GetItem'),
    ).set(setting, table.tableName);
  }

  /** Lets the function query one index of a table. `bindTable` tells it the name of the table. */
  grantQueryIndex(table: Table, indexName: string): this {
    return this.allow(['dynamodb:Query'], `${table.tableArn}/index/${indexName}`);
  }

  /** Lets the function update one row of a table, and no other. `bindTable` tells it the name of the table. */
  grantUpdateRow(table: Table, key: string): this {
    // Without the second operator, a request without the condition key would be allowed.
    return this.#useKeyOf(table, true).allow(['dynamodb:UpdateItem'], table.tableArn, {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': key },
      'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': key },
    });
  }

  /** Tells the function the name of a table, and lets it read these attributes of single rows, and no others. */
  bindAttributes(setting: Setting<string>, table: Table, attributes: readonly string[]): this {
    return this.#useKeyOf(table, false)
      .allow(['dynamodb:GetItem'], table.tableArn, {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
        // A request that names no attributes asks for all of them.
        StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      })
      .set(setting, table.tableName);
  }

  /** Tells the function the ARN of a secret, and lets it read the secret. */
  bindSecret(setting: Setting<string>, secret: CfnSecret): this {
    return this.grantReadSecrets([secret]).set(setting, secret.ref);
  }

  /** Lets the function read secrets that one of its settings names. */
  grantReadSecrets(secrets: readonly CfnSecret[]): this {
    for (const secret of secrets) {
      this.allow(['secretsmanager:GetSecretValue'], secret.ref);
      if (secret.kmsKeyId !== undefined) this.#useKey(secret.kmsKeyId, 'secretsmanager', ['kms:Decrypt']);
    }
    return this;
  }

  /** Lets the function see whether secrets have a value, but not the value. */
  grantDescribeSecrets(secrets: readonly CfnSecret[]): this {
    for (const secret of secrets) this.allow(['secretsmanager:DescribeSecret'], secret.ref);
    return this;
  }

  /** Reserves executions for this function, which then never gets more. Undefined reserves none. */
  reserveConcurrency(executions: number | undefined): this {
    if (executions !== undefined) {
      const { defaultChild } = this.lambda.node;
      if (defaultChild instanceof CfnFunction) defaultChild.reservedConcurrentExecutions = executions;
    }
    return this;
  }

  #useKeyOf({ encryptionKey }: Table, writes: boolean): this {
    if (encryptionKey === undefined) return this;
    const actions = [...KEY_ACTIONS_TO_READ, ...(writes ? KEY_ACTIONS_TO_WRITE : [])];
    return this.#useKey(encryptionKey.keyArn, 'dynamodb', actions);
  }

  /** Lets the function use a customer's key, but only through a service. */
  #useKey(keyArn: string, service: 'dynamodb' | 'secretsmanager', actions: readonly string[]): this {
    return this.allow(actions, keyArn, {
      StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` },
    });
  }

  /** Adds a statement to the policy of the function's role. */
  allow(actions: readonly string[], resource: string, conditions?: Record<string, unknown>): this {
    this.role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [resource],
        ...(conditions ? { conditions } : {}),
      }),
    );
    return this;
  }

  /** Upper estimate of the size of all variables once deployed, in bytes (Lambda's limit is 4 KB). */
  environmentBytes(): number {
    return environmentBytes(this, this.#environment);
  }

  /** The problem if the environment is too large for Lambda, otherwise undefined. */
  environmentProblem(): string | undefined {
    const bytes = this.environmentBytes();
    if (bytes <= MAX_ENVIRONMENT_BYTES) return undefined;
    return (
      `expected servers, scopes, clients, identity providers and access rules that fit into ${MAX_ENVIRONMENT_BYTES} bytes of ` +
      `environment, got about ${bytes} for the function ${this.node.id}. Shorten descriptions, name tools by patterns (delete_*) instead of one by one, ` +
      'name a jwksUri instead of keys, or allow e-mail domains instead of single addresses'
    );
  }
}

const bundleOf = (folder: string): string => {
  const directory = join(BUNDLE_DIRECTORY, folder);
  if (!existsSync(join(directory, 'index.mjs'))) {
    throw new Error(`${directory}/index.mjs is missing. Await bundleFunctions() before you create the construct`);
  }
  return directory;
};
