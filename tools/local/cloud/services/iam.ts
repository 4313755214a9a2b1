/**
 * Evaluates IAM policies (IAM user guide, "Policy evaluation logic"): an explicit Deny wins, then an Allow, and everything
 * else is denied. Pure. Elements that this file does not support are refused by name when the policy is read, so that no
 * statement is silently ignored.
 */

export interface AccessRequest {
  /** Such as `dynamodb:GetItem`. */
  readonly action: string;
  /** ARN, or `*` for actions that have no resource. */
  readonly resource: string;
  /** Values of this request by condition key. Keys are compared case-insensitively. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export type Decision = 'allowed' | 'explicitly denied' | 'not allowed';

interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** One statement, with single values turned into lists. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly action: { readonly not: boolean; readonly patterns: readonly string[] };
  readonly resource: { readonly not: boolean; readonly patterns: readonly string[] };
  /** `AWS` principals; undefined in identity-based policies. */
  readonly principals?: readonly string[];
  readonly conditions: readonly Condition[];
}

const CONDITION_OPERATOR =
  /^(?:(?<set>ForAnyValue|ForAllValues):)?(?<base>StringEquals|StringNotEquals|StringEqualsIgnoreCase|StringLike|StringNotLike|ArnEquals|ArnLike|ArnNotEquals|ArnNotLike|Bool|Null)(?<ifExists>IfExists)?$/;

/** The condition keys that the local services provide, as AWS does. */
const CONDITION_KEY =
  /^(aws:(PrincipalArn|PrincipalAccount|SecureTransport|RequestedRegion|TagKeys|RequestTag\/.+|ResourceTag\/.+)|kms:(CallerAccount|ViaService|EncryptionContextKeys|EncryptionContext:.+|KeySpec|KeyUsage|KeyOrigin|MultiRegion|SigningAlgorithm|MessageType|BypassPolicyLockoutSafetyCheck|ScheduleKeyDeletionPendingWindowInDays)|secretsmanager:(SecretId|VersionStage)|dynamodb:(LeadingKeys|Attributes|Select))$/i;

const ELEMENTS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'Condition'];

/**
 * Reads a policy document (parsed JSON).
 * @param where the owner of the policy, for error messages
 * @throws Error naming the element, operator or condition key that is not supported
 */
export const parsePolicy = (document: unknown, where: string): Statement[] =>
  list((document as { Statement?: unknown } | null)?.Statement).map((statement) => {
    const fail = (problem: string): never => {
      throw new Error(`${where}: the local cloud cannot enforce this policy: ${problem}`);
    };
    if (typeof statement !== 'object' || statement === null) return fail('a statement is not an object');
    const given = statement as Record<string, unknown>;
    const unknown = Object.keys(given).find((element) => !ELEMENTS.includes(element));
    if (unknown) fail(`element ${unknown} is not supported`);
    const effect = given.Effect;
    if (effect !== 'Allow' && effect !== 'Deny') return fail('Effect must be Allow or Deny');
    const strings = (element: string): string[] =>
      list(given[element]).map((value) => {
        if (typeof value !== 'string') return fail(`${element} must hold strings, got ${JSON.stringify(value)}`);
        return value.includes('${') ? fail(`policy variables are not supported (${value})`) : value;
      });
    return {
      effect,
      action: { not: 'NotAction' in given, patterns: [...strings('Action'), ...strings('NotAction')] },
      resource: { not: 'NotResource' in given, patterns: [...strings('Resource'), ...strings('NotResource')] },
      ...('Principal' in given ? { principals: awsPrincipals(given.Principal) } : {}),
      conditions: parseConditions(given.Condition, fail),
    };
  });

const awsPrincipals = (principal: unknown): string[] =>
  principal === '*' ? ['*'] : list((principal as { AWS?: unknown } | null)?.AWS).map(String);

const parseConditions = (block: unknown, fail: (problem: string) => never): Condition[] =>
  Object.entries((block ?? {}) as Record<string, Record<string, unknown>>).flatMap(([operator, keys]) => {
    if (!CONDITION_OPERATOR.test(operator)) fail(`condition operator ${operator} is not supported`);
    return Object.entries(keys).map(([key, values]) => {
      if (!CONDITION_KEY.test(key)) fail(`condition key ${key} is not supported`);
      return { operator, key: key.toLowerCase(), values: list(values).map(String) };
    });
  });

/** Evaluates statements that all apply to the caller. */
export const evaluate = (statements: readonly Statement[], request: AccessRequest): Decision => {
  const context = new Map(
    Object.entries(request.context ?? {}).map(([key, values]) => [key.toLowerCase(), list(values).map(String)]),
  );
  const applying = statements.filter(
    ({ action, resource, conditions }) =>
      action.not !== action.patterns.some((pattern) => matches(pattern.toLowerCase(), request.action.toLowerCase())) &&
      resource.not !== resource.patterns.some((pattern) => matches(pattern, request.resource)) &&
      conditions.every((condition) => holds(condition, context)),
  );
  if (applying.some(({ effect }) => effect === 'Deny')) return 'explicitly denied';
  return applying.length > 0 ? 'allowed' : 'not allowed';
};

/**
 * Evaluates access to a KMS key. The key policy can allow a principal that it names. What it allows to the account's root
 * is decided by the principal's own policies (KMS developer guide, "Determining access to KMS keys").
 */
export const evaluateWithKeyPolicy = (
  identity: readonly Statement[],
  keyPolicy: readonly Statement[],
  principal: { readonly arn: string; readonly rootArn: string },
  request: AccessRequest,
): Decision => {
  const naming = (...arns: string[]) =>
    keyPolicy.filter(({ principals }) => principals?.some((named) => named === '*' || arns.includes(named)));
  const own = evaluate(identity, request);
  const byAccount = evaluate(naming(principal.rootArn), request);
  const byName = evaluate(naming(principal.arn), request);
  if ([own, byAccount, byName].includes('explicitly denied')) return 'explicitly denied';
  return byName === 'allowed' && principal.arn !== principal.rootArn
    ? 'allowed'
    : byAccount === 'allowed' && own === 'allowed'
      ? 'allowed'
      : 'not allowed';
};

const holds = ({ operator, key, values }: Condition, context: ReadonlyMap<string, readonly string[]>): boolean => {
  const { set, base = '', ifExists } = CONDITION_OPERATOR.exec(operator)?.groups ?? {};
  const actual = context.get(key);
  if (base === 'Null') return values.includes(String(actual === undefined));
  const negated = base.includes('Not');
  if (actual === undefined || actual.length === 0) {
    return ifExists !== undefined || set === 'ForAllValues' || (negated && set === undefined);
  }
  const passes = (value: string) => negated !== values.some((expected) => equals(base, expected, value));
  return set === 'ForAnyValue' ? actual.some(passes) : actual.every(passes);
};

const equals = (operator: string, expected: string, actual: string): boolean => {
  if (operator.includes('Like') || operator.startsWith('Arn')) return matches(expected, actual);
  if (operator === 'StringEqualsIgnoreCase' || operator === 'Bool') {
    return expected.toLowerCase() === actual.toLowerCase();
  }
  return expected === actual;
};

const patterns = new Map<string, RegExp>();

/** `*` matches any characters, `?` any single character; everything else is literal. */
export const matches = (pattern: string, text: string): boolean => {
  let expression = patterns.get(pattern);
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    expression = new RegExp(`^${source}$`, 's');
    patterns.set(pattern, expression);
  }
  return expression.test(text);
};

const list = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
