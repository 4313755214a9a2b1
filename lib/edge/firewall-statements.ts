import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';

// Short names for the statements of AWS WAF that the firewall uses.

export type Statement = CfnWebACL.StatementProperty;

/** Rules of AWSManagedRulesCommonRuleSet that match ordinary requests of MCP clients. They count and never block. */
export const COUNT_ONLY_RULES = [
  'NoUserAgent_HEADER',
  'SizeRestrictions_QUERYSTRING',
  'SizeRestrictions_Cookie_HEADER',
  'SizeRestrictions_BODY',
  'SizeRestrictions_URIPATH',
  'EC2MetaDataSSRF_BODY',
  'EC2MetaDataSSRF_COOKIE',
  'EC2MetaDataSSRF_URIPATH',
  'EC2MetaDataSSRF_QUERYARGUMENTS',
  'GenericRFI_QUERYARGUMENTS',
  'GenericRFI_BODY',
  'GenericRFI_URIPATH',
  'CrossSiteScripting_COOKIE',
  'CrossSiteScripting_QUERYARGUMENTS',
  'CrossSiteScripting_BODY',
  'CrossSiteScripting_URIPATH',
  // They look for .log and .ini in values. /authorize carries whole URLs, and https://app.login.example matches.
  'RestrictedExtensions_URIPATH',
  'RestrictedExtensions_QUERYARGUMENTS',
] as const;

/** Rules of AWSManagedRulesKnownBadInputsRuleSet that read bodies. AWS ignores names that the group lacks. */
export const BODY_RULES = ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'ReactJSRCE_BODY'] as const;

/** Window in which requests are counted. AWS accepts 60, 120, 300 and 600. */
const RATE_WINDOW_SECONDS = 300;

const LOWER_CASE = [{ priority: 0, type: 'LOWERCASE' }];
const AS_SENT = [{ priority: 0, type: 'NONE' }];

export const not = (statement: Statement): Statement => ({ notStatement: { statement } });
export const both = (...statements: Statement[]): Statement => ({ andStatement: { statements } });
export const either = (...statements: Statement[]): Statement => ({ orStatement: { statements } });

/** A request without the header does not match. */
export const headerIs = (name: string, value: string): Statement => ({
  byteMatchStatement: {
    fieldToMatch: { singleHeader: { Name: name } },
    positionalConstraint: 'EXACTLY',
    searchString: value,
    textTransformations: AS_SENT,
  },
});

/** @param start in lower case; the header's own case does not matter */
export const headerStartsWith = (name: string, start: string): Statement => ({
  byteMatchStatement: {
    fieldToMatch: { singleHeader: { Name: name } },
    positionalConstraint: 'STARTS_WITH',
    searchString: start,
    textTransformations: LOWER_CASE,
  },
});

/** Compares the end of the path, because the path that the firewall sees may start with the stage. */
export const hasPath = (path: string, where: 'ENDS_WITH' | 'CONTAINS' = 'ENDS_WITH'): Statement => ({
  byteMatchStatement: {
    fieldToMatch: { uriPath: {} },
    positionalConstraint: where,
    searchString: path,
    textTransformations: AS_SENT,
  },
});

/** A body that is larger than the firewall can see matches too. */
export const bodyOver = (bytes: number): Statement => ({
  sizeConstraintStatement: {
    fieldToMatch: { body: { oversizeHandling: 'MATCH' } },
    comparisonOperator: 'GT',
    size: bytes,
    textTransformations: AS_SENT,
  },
});

/**
 * A group of rules managed by AWS.
 *
 * @param scope the requests that the group judges
 * @param counting rules that count and do not block
 */
export const managed = (name: string, scope: Statement, counting: readonly string[] = []): Statement => ({
  managedRuleGroupStatement: {
    vendorName: 'AWS',
    name,
    scopeDownStatement: scope,
    ...(counting.length > 0
      ? { ruleActionOverrides: counting.map((rule) => ({ name: rule, actionToUse: { count: {} } })) }
      : {}),
  },
});

/**
 * More than `limit` requests in five minutes from the address in a header. A header without an address does not match.
 *
 * @param scope the requests that count
 */
export const perViewer = (header: string, limit: number, scope: Statement): Statement => ({
  rateBasedStatement: {
    aggregateKeyType: 'FORWARDED_IP',
    forwardedIpConfig: { headerName: header, fallbackBehavior: 'NO_MATCH' },
    evaluationWindowSec: RATE_WINDOW_SECONDS,
    limit,
    scopeDownStatement: scope,
  },
});
