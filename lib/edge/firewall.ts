import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { ORIGIN_HEADER, VIEWER_HEADER } from '../names.ts';
import {
  BODY_RULES,
  bodyOver,
  both,
  COUNT_ONLY_RULES,
  either,
  hasPath,
  headerIs,
  headerStartsWith,
  managed,
  not,
  perViewer,
  type Statement,
} from './firewall-statements.ts';

/** The consent page has the largest form. No function needs to see a larger body. */
const MAX_BODY_BYTES = 32_768;

/** Many users may share one address, as in an office or a university. A login takes about four requests. */
const PAGE_REQUESTS_PER_VIEWER = 2000;

/** A client sends one request without a token, and then logs in. */
const REQUESTS_WITHOUT_TOKEN_PER_VIEWER = 10_000;

export interface FirewallProps {
  readonly authorizationServer: RestApi;
  readonly protectedResources: readonly RestApi[];
  /** CloudFront must send the origin secret before the firewall demands it. */
  readonly distribution: Distribution;
  /** Dynamic reference to the origin secret. */
  readonly originSecret: string;
}

/**
 * One regional web ACL in front of all APIs (AWS WAF). Some managed rules would block ordinary requests of MCP clients,
 * which contain URLs and loopback addresses. Decision 28 says which rules only count, and why.
 */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const { authorizationServer, protectedResources, distribution } = props;
    const acl = new CfnWebACL(this, 'WebAcl', {
      description: 'Gatehouse: before the authorization server and the MCP servers',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('gatehouse'),
      // The rule on the size of bodies must see this much of them.
      associationConfig: { requestBody: { API_GATEWAY: { defaultSizeInspectionLimit: 'KB_32' } } },
      rules: rulesFor(authorizationServer, props.originSecret).map(toRule),
    });
    for (const api of [authorizationServer, ...protectedResources]) {
      const association = new CfnWebACLAssociation(this, `Before-${api.node.scope?.node.id}`, {
        resourceArn: api.deploymentStage.stageArn,
        webAclArn: acl.attrArn,
      });
      association.node.addDependency(distribution);
    }
  }
}

interface FirewallRule {
  readonly name: string;
  readonly statement: Statement;
  /** What happens to a request that matches. The rules of a managed group decide for themselves. */
  readonly action: 'block' | 'as the group says';
}

/** The rules in the order of their evaluation. The first that blocks ends it. */
const rulesFor = (authorizationServer: RestApi, originSecret: string): readonly FirewallRule[] => {
  // CloudFront names the API that it chose. The first rule blocks requests that bypass CloudFront.
  const toAuthorizationServer = headerStartsWith('host', `${authorizationServer.restApiId}.`);
  const toServers = not(toAuthorizationServer);
  const isPage = either(hasPath('/authorize'), hasPath('/consent'), hasPath('/callback/', 'CONTAINS'));
  const withoutToken = not(headerStartsWith('authorization', 'bearer ey'));
  return [
    // A request sent directly to an API could forge x-gatehouse-viewer.
    { name: 'NotThroughCloudFront', action: 'block', statement: not(headerIs(ORIGIN_HEADER, originSecret)) },
    { name: 'LargeBody', action: 'block', statement: both(toAuthorizationServer, bodyOver(MAX_BODY_BYTES)) },
    {
      name: 'Common',
      action: 'as the group says',
      statement: managed('AWSManagedRulesCommonRuleSet', toAuthorizationServer, COUNT_ONLY_RULES),
    },
    {
      name: 'KnownBadInputs',
      action: 'as the group says',
      statement: managed('AWSManagedRulesKnownBadInputsRuleSet', toAuthorizationServer),
    },
    // The arguments of a tool call may describe an attack, so the rules for bodies only count.
    {
      name: 'ServersKnownBadInputs',
      action: 'as the group says',
      statement: managed('AWSManagedRulesKnownBadInputsRuleSet', toServers, BODY_RULES),
    },
    // Never /register, /token or requests with a token: all users of a hosted client share a few addresses (#172).
    {
      name: 'PagesPerViewer',
      action: 'block',
      statement: perViewer(VIEWER_HEADER, PAGE_REQUESTS_PER_VIEWER, both(toAuthorizationServer, isPage)),
    },
    {
      name: 'WithoutTokenPerViewer',
      action: 'block',
      statement: perViewer(VIEWER_HEADER, REQUESTS_WITHOUT_TOKEN_PER_VIEWER, both(toServers, withoutToken)),
    },
  ];
};

const toRule = ({ name, statement, action }: FirewallRule, priority: number): CfnWebACL.RuleProperty => ({
  name,
  priority,
  statement,
  ...(action === 'block' ? { action: { block: {} } } : { overrideAction: { none: {} } }),
  visibilityConfig: visibility(name),
});

/** Sampled requests are off, because they hold headers and query strings, and so tokens and codes. */
const visibility = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
});
