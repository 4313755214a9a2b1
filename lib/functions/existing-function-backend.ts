import { Arn, ArnFormat, Aws, CfnCondition, CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/**
 * A Lambda function of the owner's own as backend, in the same region. In the same account the stack itself lets API
 * Gateway invoke it; a function of another account can only be opened from there, by the commands of outputs.
 */
export class ExistingFunctionBackend extends Construct {
  readonly lambda: IFunction;
  readonly #account: string;
  readonly #otherAccount: CfnCondition;
  readonly #statementId: string;

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

    this.#account = account;
    this.#otherAccount = new CfnCondition(this, 'OtherAccount', { expression: Fn.conditionNot(sameAccount) });
    this.#statementId = `gatehouse-${api.restApiId}`;
    this.#printCommand('Command', 'API Gateway', {
      statementId: this.#statementId,
      principal: `apigateway.amazonaws.com --source-arn '${sourceArn}'`,
    });
  }

  /** For a role of this stack, which has a policy for it: in another account the function's own policy must allow it, too. */
  grantInvoke(role: IRole): void {
    this.#printCommand('InspectorCommand', "the server's inspector", {
      statementId: `${this.#statementId}-inspector`,
      principal: role.roleArn,
    });
  }

  #printCommand(id: string, who: string, { statementId, principal }: { statementId: string; principal: string }): void {
    new CfnOutput(this, id, {
      description: `Run this with credentials of account ${this.#account}; ${who} may not invoke the function before`,
      condition: this.#otherAccount,
      value:
        `aws lambda add-permission --region ${Stack.of(this).region} --function-name ${this.lambda.functionArn} ` +
        `--statement-id ${statementId} --action lambda:InvokeFunction --principal ${principal}`,
    });
  }
}
