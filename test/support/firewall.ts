import { shown } from '../infra/template.ts';
import type { SeenRequest } from './client-profiles/requests.ts';

// What AWS WAF does with a request, as far as it is published: the statements of a web ACL, and the examples by which
// the developer guide describes the rules of its managed groups ("Baseline rule groups"). What AWS keeps to itself is
// not here, so a match is certain and a miss is not.

type Match = (request: SeenRequest) => boolean;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};
const queryArguments = ({ query }: SeenRequest): string[] => [...new URLSearchParams(query).values()];
const bodyTexts = ({ body }: SeenRequest): string[] => [body, decoded(body)];
const cookie = ({ headers }: SeenRequest): string => headers.cookie ?? '';

/** That loopback addresses match as well is reported, not documented: awslabs/nx-plugin-for-aws#1016. */
const METADATA_SERVICE = /169\.254\.169\.254|:\/\/(localhost|127\.0\.0\.1)(?![\w.])/i;
const IPV4_URL = /(https?|ftps?|file):\/\/\d{1,3}(\.\d{1,3}){3}/i;
const SCRIPT = /<script/i;
const TRAVERSAL = /\.\.\//;
/** Anywhere: the guide speaks of values that contain an extension. */
const RESTRICTED_EXTENSION = /\.(log|ini)/i;
const JAVA = /\(java\.lang\.Runtime\)/;
const LOG4J = /\$\{jndi:/i;

const headerTexts = ({ headers }: SeenRequest): string[] => Object.entries(headers).flat();

/** Rule of AWSManagedRulesCommonRuleSet → what it matches. */
export const COMMON_RULES: Readonly<Record<string, Match>> = {
  NoUserAgent_HEADER: ({ headers }) => headers['user-agent'] === undefined,
  UserAgent_BadBots_HEADER: ({ headers }) => /nessus|nmap/i.test(headers['user-agent'] ?? ''),
  SizeRestrictions_QUERYSTRING: ({ query }) => query.length > 2048,
  SizeRestrictions_Cookie_HEADER: (request) => cookie(request).length > 10_240,
  SizeRestrictions_BODY: ({ body }) => Buffer.byteLength(body) > 8192,
  SizeRestrictions_URIPATH: ({ path }) => path.length > 1024,
  EC2MetaDataSSRF_BODY: (request) => bodyTexts(request).some((text) => METADATA_SERVICE.test(text)),
  EC2MetaDataSSRF_COOKIE: (request) => METADATA_SERVICE.test(cookie(request)),
  EC2MetaDataSSRF_URIPATH: ({ path }) => METADATA_SERVICE.test(decoded(path)),
  EC2MetaDataSSRF_QUERYARGUMENTS: (request) => queryArguments(request).some((value) => METADATA_SERVICE.test(value)),
  GenericLFI_QUERYARGUMENTS: (request) => queryArguments(request).some((value) => TRAVERSAL.test(value)),
  GenericLFI_URIPATH: ({ path }) => TRAVERSAL.test(decoded(path)),
  GenericLFI_BODY: (request) => bodyTexts(request).some((text) => TRAVERSAL.test(text)),
  RestrictedExtensions_URIPATH: ({ path }) => RESTRICTED_EXTENSION.test(path),
  RestrictedExtensions_QUERYARGUMENTS: (request) =>
    queryArguments(request).some((value) => RESTRICTED_EXTENSION.test(value)),
  GenericRFI_QUERYARGUMENTS: (request) => queryArguments(request).some((value) => IPV4_URL.test(value)),
  GenericRFI_BODY: (request) => bodyTexts(request).some((text) => IPV4_URL.test(text)),
  GenericRFI_URIPATH: ({ path }) => IPV4_URL.test(decoded(path)),
  CrossSiteScripting_COOKIE: (request) => SCRIPT.test(cookie(request)),
  CrossSiteScripting_QUERYARGUMENTS: (request) => queryArguments(request).some((value) => SCRIPT.test(value)),
  CrossSiteScripting_BODY: (request) => bodyTexts(request).some((text) => SCRIPT.test(text)),
  CrossSiteScripting_URIPATH: ({ path }) => SCRIPT.test(decoded(path)),
};

/** The same of AWSManagedRulesKnownBadInputsRuleSet. Of ReactJSRCE_BODY no pattern is published. */
export const KNOWN_BAD_INPUTS: Readonly<Record<string, Match>> = {
  JavaDeserializationRCE_HEADER: (request) => headerTexts(request).some((text) => JAVA.test(text)),
  JavaDeserializationRCE_BODY: (request) => bodyTexts(request).some((text) => JAVA.test(text)),
  JavaDeserializationRCE_URIPATH: ({ path }) => JAVA.test(decoded(path)),
  JavaDeserializationRCE_QUERYSTRING: ({ query }) => JAVA.test(decoded(query)),
  Host_localhost_HEADER: ({ headers }) => /localhost/i.test(headers.host ?? ''),
  PROPFIND_METHOD: ({ method }) => method === 'PROPFIND',
  ExploitablePaths_URIPATH: ({ path }) => /web-inf/i.test(decoded(path)),
  Log4JRCE_HEADER: (request) => headerTexts(request).some((text) => LOG4J.test(text)),
  Log4JRCE_QUERYSTRING: ({ query }) => LOG4J.test(decoded(query)),
  Log4JRCE_BODY: (request) => bodyTexts(request).some((text) => LOG4J.test(text)),
  Log4JRCE_URIPATH: ({ path }) => LOG4J.test(decoded(path)),
};

const GROUPS: Readonly<Record<string, Readonly<Record<string, Match>>>> = {
  AWSManagedRulesCommonRuleSet: COMMON_RULES,
  AWSManagedRulesKnownBadInputsRuleSet: KNOWN_BAD_INPUTS,
};

export interface Verdict {
  /** `rule`, or `rule/rule of its group`; the first that blocks. */
  readonly blockedBy: string | undefined;
  /** Rules of groups that match and only count. */
  readonly counted: readonly string[];
  /** Rate rules that count the request; whether they block depends on how many there are. */
  readonly rated: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: a template is read as it comes
type Json = any;

/** What the rules of a web ACL, as the template has them, do with a request. */
export const judge = (rules: readonly Json[], request: SeenRequest): Verdict => {
  const counted: string[] = [];
  const rated: string[] = [];
  for (const rule of [...rules].sort((a, b) => a.Priority - b.Priority)) {
    const { ManagedRuleGroupStatement: group, RateBasedStatement: rate } = rule.Statement;
    if (group) {
      if (!matches(group.ScopeDownStatement, request)) continue;
      const counting = new Set((group.RuleActionOverrides ?? []).map((override: Json) => override.Name));
      for (const [name, match] of Object.entries(GROUPS[group.Name] ?? {})) {
        if (!match(request)) continue;
        if (!counting.has(name)) return { blockedBy: `${rule.Name}/${name}`, counted, rated };
        counted.push(name);
      }
    } else if (rate) {
      const { HeaderName } = rate.ForwardedIPConfig;
      if (matches(rate.ScopeDownStatement, request) && request.headers[HeaderName] !== undefined) rated.push(rule.Name);
    } else if (rule.Action.Block && matches(rule.Statement, request)) {
      return { blockedBy: rule.Name, counted, rated };
    }
  }
  return { blockedBy: undefined, counted, rated };
};

const matches = (statement: Json, request: SeenRequest): boolean => {
  const [[kind, value] = ['', undefined]] = Object.entries<Json>(statement);
  switch (kind) {
    case 'NotStatement':
      return !matches(value.Statement, request);
    case 'AndStatement':
      return value.Statements.every((inner: Json) => matches(inner, request));
    case 'OrStatement':
      return value.Statements.some((inner: Json) => matches(inner, request));
    case 'ByteMatchStatement': {
      const found = fieldOf(value.FieldToMatch, request);
      const field = value.TextTransformations[0].Type === 'LOWERCASE' ? found?.toLowerCase() : found;
      return field !== undefined && POSITIONS[value.PositionalConstraint]?.(field, searched(value)) === true;
    }
    case 'SizeConstraintStatement':
      if (value.ComparisonOperator !== 'GT' || !value.FieldToMatch.Body) break;
      return Buffer.byteLength(request.body) > value.Size;
  }
  throw new Error(`${kind} is not known here`);
};

/** References are the ids of this template: lower case where the field is. */
const searched = ({ SearchString, TextTransformations }: Json): string => {
  const text = shown(SearchString);
  return TextTransformations[0].Type === 'LOWERCASE' ? text.toLowerCase() : text;
};

const fieldOf = (field: Json, { path, headers }: SeenRequest): string | undefined =>
  field.UriPath ? path : headers[field.SingleHeader.Name];

const POSITIONS: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  EXACTLY: (text, part) => text === part,
  STARTS_WITH: (text, part) => text.startsWith(part),
  ENDS_WITH: (text, part) => text.endsWith(part),
  CONTAINS: (text, part) => text.includes(part),
};
