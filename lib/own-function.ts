import { Arn, ArnFormat, Aws, CfnCondition, CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnPermission, type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/**
 * A Lambda function of the owner's own as backend, in the same region. In the same account the stack itself lets API
 * Gateway invoke it; a function of another account can only be opened from there, by the command of an output.
 */
export class OwnFunction extends Construct {
  readonly lambda: IFunction;

  constructor(scope: Construct, id: string, functionArn: string, api: RestApi) {
    super(scope, id);
    // Permissions are made below, once for the whole API.
    this.lambda = LambdaFunction.fromFunctionAttributes(this, 'Function', { functionArn, skipPermissions: true });
    const { account = '' } = Arn.split(functionArn, ArnFormat.COLON_RESOURCE_NAME);
    const sameAccount = new CfnCondition(this, 'SameAccount', {
      expression: Fn.conditionEquals(Aws.ACCOUNT_ID, account),
    });
    const sourceArn = api.arnForExecuteApi('*', '/*');
    const permission = new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn,
    });
    permission.cfnOptions.condition = sameAccount;

    const otherAccount = new CfnCondition(this, 'OtherAccount', { expression: Fn.conditionNot(sameAccount) });
    const stack = Stack.of(this);
    new CfnOutput(this, 'Command', {
      description: `Run this with credentials of account ${account}; API Gateway may not invoke the function before`,
      condition: otherAccount,
      value:
        `aws lambda add-permission --region ${stack.region} --function-name ${functionArn} --statement-id gatehouse-${api.restApiId} ` +
        `--action lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn '${sourceArn}'`,
    });
  }
}
