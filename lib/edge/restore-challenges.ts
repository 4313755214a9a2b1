import { Duration, type Environment, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type EdgeLambda, experimental, LambdaEdgeEventType } from 'aws-cdk-lib/aws-cloudfront';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** Lambda@Edge functions must be in this region. */
const EDGE_REGION = 'us-east-1';

/**
 * Returns the `env` of the stack. With the function, the CDK must know whether the stack is in us-east-1. Without it, the
 * stack fits into any region.
 *
 * @param where account and region of the deployment, as far as they are known
 */
export const environmentOf = (
  { restoreChallenges }: { readonly restoreChallenges: boolean },
  {
    account,
    region = EDGE_REGION,
  }: { readonly account?: string | undefined; readonly region?: string | undefined } = {},
): { readonly env?: Environment } =>
  restoreChallenges ? { env: { ...(account === undefined ? {} : { account }), region } } : {};

/**
 * The source of the function. API Gateway renames `WWW-Authenticate` in responses of integrations, and the function gives
 * it its name again. CloudFront runs functions of viewer responses below status 400 alone, but those of origin responses
 * always.
 *
 * A challenge whose `resource_metadata` (RFC 9728 §5.1) is not ours is removed: an MCP server must not send clients to
 * another authorization server.
 */
export const RESTORE_CHALLENGES_CODE = `exports.handler = async ({ Records: [{ cf }] }) => {
  const { headers } = cf.response;
  const renamed = headers['x-amzn-remapped-www-authenticate'];
  if (renamed === undefined) return cf.response;
  delete headers['x-amzn-remapped-www-authenticate'];
  const isOurs = ([, url]) => URL.parse(url)?.host === cf.config.distributionDomainName;
  const challenges = renamed
    .filter(({ value }) => [...value.matchAll(/resource_metadata\\s*=\\s*"?([^"\\s,]*)/gi)].every(isOurs))
    .map(({ value }) => ({ key: 'WWW-Authenticate', value }));
  if (challenges.length > 0) headers['www-authenticate'] = [...(headers['www-authenticate'] ?? []), ...challenges];
  return cf.response;
};
`;

/**
 * The Lambda@Edge function of `"restoreChallenges"`. It is part of the stack if that is in us-east-1. Otherwise the CDK
 * adds a second stack there.
 *
 * @throws Error if the region of the stack is not known
 */
export class RestoreChallenges extends Construct {
  readonly edgeLambda: EdgeLambda;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const edgeFunction = new experimental.EdgeFunction(this, 'Function', {
      description: 'Gatehouse: gives challenges their name again',
      // Deployments in several regions have it in the same one.
      stackId: `${Stack.of(this).stackName}-edge-${Stack.of(this).region}`,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline(RESTORE_CHALLENGES_CODE),
      memorySize: 128,
      timeout: Duration.seconds(5),
      // The distribution still uses the former version when a new one is published.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    // Its log would be spread over the regions of all viewers.
    const { node, role } = edgeFunction.lambda;
    node.tryRemoveChild('LogGroup');
    const cfnRole = role?.node.defaultChild;
    if (cfnRole instanceof CfnRole) cfnRole.managedPolicyArns = undefined;
    this.edgeLambda = { eventType: LambdaEdgeEventType.ORIGIN_RESPONSE, functionVersion: edgeFunction };
  }
}
