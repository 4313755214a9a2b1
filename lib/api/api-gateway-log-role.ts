import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnAccount, type CfnRestApi, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/**
 * The role by which API Gateway writes access logs: one setting of the whole account and region. It stays when the
 * stack goes, since other APIs may have come to rely on it.
 */
export class ApiGatewayLogRole extends Construct {
  /** @param api any API of the stack: the setting can only be made in an account that has had one */
  constructor(scope: Construct, id: string, api: RestApi) {
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
    // On the API alone, without its stage, which waits for this setting.
    account.addResourceDependency(api.node.defaultChild as CfnRestApi);
  }
}
