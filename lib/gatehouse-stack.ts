import { Stack, type StackProps } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type ConfigurationInput, parseConfiguration } from './config/configuration.ts';
import { McpOAuthProxy } from './mcp-oauth-proxy.ts';
import { addOutputs } from './outputs.ts';

export interface GatehouseStackProps extends StackProps {
  /** The object of gatehouse.json, or under `context.gatehouse` of cdk.json. */
  readonly configuration: ConfigurationInput;
}

/** The whole deployment as one stack, for any account and commercial region. */
export class GatehouseStack extends Stack {
  readonly proxy: McpOAuthProxy;

  constructor(scope: Construct, id: string, { configuration, ...props }: GatehouseStackProps) {
    const { terminationProtection, permissionsBoundary, tags } = parseConfiguration(configuration);
    super(scope, id, {
      description: 'Gatehouse: OAuth 2.1 in front of MCP servers',
      // The issuer is the name of the distribution: without the stack, every connector is gone for good.
      terminationProtection,
      ...props,
    });
    this.proxy = new McpOAuthProxy(this, 'Gatehouse', { configuration });
    addOutputs(this, this.proxy);
    // The function at the edge may be in a stack of its own. CloudFormation gives a stack's tags to its resources.
    for (const stack of [this, ...this.dependencies]) {
      for (const [key, value] of Object.entries(tags)) stack.tags.setTag(key, value);
      if (permissionsBoundary !== undefined) limitRoles(stack, permissionsBoundary);
    }
  }
}

const limitRoles = (stack: Stack, policyArn: string): void => {
  PermissionsBoundary.of(stack).apply(ManagedPolicy.fromManagedPolicyArn(stack, 'PermissionsBoundary', policyArn));
};
