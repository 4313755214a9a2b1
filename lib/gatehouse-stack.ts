import { Stack, type StackProps } from 'aws-cdk-lib';
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
    super(scope, id, {
      description: 'Gatehouse: OAuth 2.1 in front of MCP servers',
      // The issuer is the name of the distribution: without the stack, every connector is gone for good.
      terminationProtection: parseConfiguration(configuration).terminationProtection,
      ...props,
    });
    this.proxy = new McpOAuthProxy(this, 'Gatehouse', { configuration });
    addOutputs(this, this.proxy);
  }
}
