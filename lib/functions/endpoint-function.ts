import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
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

/** The only operations on a table: nothing may Scan or delete in bulk, and Query is for an index (`queryIndex`). */
export type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

export interface EndpointFunctionProps {
  /** Folder below `lambdas/`. */
  readonly folder: string;
  readonly description: string;
  /** @default 10 seconds */
  readonly timeout?: Duration;
  /** @default 512: below that, signing and TLS wait for the CPU share that comes with memory */
  readonly memoryMegabytes?: number;
}

/** One Lambda function with a role of its own, which may write its own log and whatever is bound to it, and no more. */
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

  /** Names a table to the function and allows exactly these operations on it (and on no index). */
  bindTable(setting: Setting<string>, table: Table, ...actions: TableAction[]): this {
    this.allow(
      actions.map((action) => `dynamodb:${action}`),
      table.tableArn,
    );
    return this.set(setting, table.tableName);
  }

  /** Lets the function list the keys of a table by one of its indexes; `bindTable` names the table. */
  queryIndex(table: Table, indexName: string): this {
    return this.allow(['dynamodb:Query'], `${table.tableArn}/index/${indexName}`);
  }

  /** Names a secret to the function and lets it read that one. */
  bindSecret(setting: Setting<string>, secret: CfnSecret): this {
    return this.readSecrets([secret]).set(setting, secret.ref);
  }

  /** Lets the function read secrets that one of its settings names. */
  readSecrets(secrets: readonly CfnSecret[]): this {
    for (const secret of secrets) this.allow(['secretsmanager:GetSecretValue'], secret.ref);
    return this;
  }

  /** Lets the function see whether secrets have a value, but not the value. */
  describeSecrets(secrets: readonly CfnSecret[]): this {
    for (const secret of secrets) this.allow(['secretsmanager:DescribeSecret'], secret.ref);
    return this;
  }

  /** Keeps executions for this function alone, which is also the most that it gets; undefined: as the account has them. */
  reserveConcurrency(executions: number | undefined): this {
    if (executions !== undefined) {
      const { defaultChild } = this.lambda.node;
      if (defaultChild instanceof CfnFunction) defaultChild.reservedConcurrentExecutions = executions;
    }
    return this;
  }

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

  /** What the variables may take at most once deployed, in bytes (Lambda's limit: 4 KB for all together). */
  environmentBytes(): number {
    return environmentBytes(this, this.#environment);
  }

  /** A sentence when the environment is too large for Lambda, otherwise nothing. */
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
    throw new Error(`${directory}/index.mjs is missing: await bundleFunctions() before the construct is made`);
  }
  return directory;
};
