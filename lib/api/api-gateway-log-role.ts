import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnAccount, type CfnRestApi, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

export interface ApiGatewayLogRoleProps {
  /** Any API of the stack. The setting fails in an account that never had an API. */
  readonly api: RestApi;
}

/**
 * The role with which API Gateway writes access logs. It is one setting for the account and region, and stays when the
 * stack is deleted, because other APIs may rely on it by then.
 */
export class ApiGatewayLogRole extends Construct {
  constructor(scope: Construct, id: string, { api }: ApiGatewayLogRoleProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      description: 'Lets API Gateway write logs (account setting)',
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledge(role, {
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'API Gateway checks the setting against exactly these permissions; the role serves the whole account',
    });
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    // On the API without its stage, because the stage waits for this setting.
    account.addResourceDependency(api.node.defaultChild as CfnRestApi);
  }
}
