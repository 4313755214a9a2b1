import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import {
  BODY_RULES,
  bodyOver,
  both,
  either,
  hasPath,
  headerIs,
  headerStartsWith,
  MISJUDGED_RULES,
  managed,
  not,
  perViewer,
  type Statement,
} from './firewall-statements.ts';
import { ORIGIN_HEADER, VIEWER_HEADER } from './viewer-request.ts';

/** The largest form there is, that of the consent page; a body of more than that need not reach a function. */
const MAX_BODY_BYTES = 32_768;

/** People behind one address (an office, a university) log in through it: a login takes about four requests. */
const PAGE_REQUESTS_PER_VIEWER = 2000;

/** A client asks once without a token, and then logs in. */
const REQUESTS_WITHOUT_TOKEN_PER_VIEWER = 10_000;

export interface FirewallProps {
  readonly authorizationServer: RestApi;
  readonly protectedResources: readonly RestApi[];
  /** CloudFront, which must send the origin's secret before anything demands it. */
  readonly distribution: Distribution;
  /** Dynamic reference to the secret. */
  readonly originSecret: string;
}

/**
 * One regional web ACL before all APIs (AWS WAF). Its managed rules would refuse this product's own clients, whose
 * ordinary requests hold loopback addresses and URLs: decision 28 says which of them only count, and why.
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
      // As much of a body as the rule on its size must see.
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
  /** What happens to what the statement matches; a managed group decides by itself. */
  readonly action: 'block' | 'as the group says';
}

/** In the order in which they are asked; the first that blocks ends it. */
const rulesFor = (authorizationServer: RestApi, originSecret: string): readonly FirewallRule[] => {
  // CloudFront names the API that it chose. Whoever comes by another way is refused by the first rule.
  const toAuthorizationServer = headerStartsWith('host', `${authorizationServer.restApiId}.`);
  const toServers = not(toAuthorizationServer);
  const ofPeople = either(hasPath('/authorize'), hasPath('/consent'), hasPath('/callback/', 'CONTAINS'));
  const withoutToken = not(headerStartsWith('authorization', 'bearer ey'));
  return [
    // Nobody may write x-gatehouse-viewer at the address of an API itself.
    { name: 'NotThroughCloudFront', action: 'block', statement: not(headerIs(ORIGIN_HEADER, originSecret)) },
    { name: 'LargeBody', action: 'block', statement: both(toAuthorizationServer, bodyOver(MAX_BODY_BYTES)) },
    {
      name: 'Common',
      action: 'as the group says',
      statement: managed('AWSManagedRulesCommonRuleSet', toAuthorizationServer, MISJUDGED_RULES),
    },
    {
      name: 'KnownBadInputs',
      action: 'as the group says',
      statement: managed('AWSManagedRulesKnownBadInputsRuleSet', toAuthorizationServer),
    },
    // A tool call may well speak of an attack.
    {
      name: 'ServersKnownBadInputs',
      action: 'as the group says',
      statement: managed('AWSManagedRulesKnownBadInputsRuleSet', toServers, BODY_RULES),
    },
    // Never /register, /token or a request with a token: connectors share a few addresses among all of their people (#172).
    {
      name: 'PagesPerViewer',
      action: 'block',
      statement: perViewer(VIEWER_HEADER, PAGE_REQUESTS_PER_VIEWER, both(toAuthorizationServer, ofPeople)),
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

/** No samples: they hold headers and query strings, and with them tokens and codes. */
const visibility = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
});
