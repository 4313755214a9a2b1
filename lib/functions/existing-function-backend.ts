import { Arn, ArnFormat, Aws, CfnCondition, CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface ExistingFunctionBackendProps {
  readonly functionArn: string;
  /** The API that invokes the function. */
  readonly api: RestApi;
}

/**
 * An existing Lambda function of the operator as backend, in the same region. In the same account the stack lets API
 * Gateway invoke it. For another account, outputs print the commands that the operator runs there.
 */
export class ExistingFunctionBackend extends Construct {
  readonly lambda: IFunction;
  readonly #account: string;
  readonly #otherAccount: CfnCondition;
  readonly #statementId: string;

  constructor(scope: Construct, id: string, { functionArn, api }: ExistingFunctionBackendProps) {
    super(scope, id);
    // The permission for the whole API follows below.
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

  /** Lets a role of this stack invoke the function. In another account the policy of the function must allow it, too. */
  grantInvoke(role: IRole): void {
    this.#printCommand('InspectorCommand', "the server's inspector", {
      statementId: `${this.#statementId}-inspector`,
      principal: role.roleArn,
    });
  }

  #printCommand(id: string, who: string, { statementId, principal }: { statementId: string; principal: string }): void {
    new CfnOutput(this, id, {
      description: `Run this with credentials of account ${this.#account}. Until then ${who} may not invoke the function`,
      condition: this.#otherAccount,
      value:
        `aws lambda add-permission --region ${Stack.of(this).region} --function-name ${this.lambda.functionArn} ` +
        `--statement-id ${statementId} --action lambda:InvokeFunction --principal ${principal}`,
    });
  }
}
