import { isRecord } from '../template/shape.ts';

/** A well-formed answer of an authorizer function. */
export interface AuthorizerResult {
  readonly statements: readonly Statement[];
  /** Context values as strings, including `principalId`. */
  readonly context: Readonly<Record<string, string>>;
}

interface Statement {
  readonly allow: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const ACTION = 'execute-api:Invoke';
const MAX_RESOURCE_CHARACTERS = 512;

/** @returns undefined when API Gateway would call the answer a configuration error */
export const readAuthorizerResult = (result: unknown): AuthorizerResult | undefined => {
  if (!isRecord(result) || typeof result.principalId !== 'string' || !isRecord(result.policyDocument)) return undefined;
  const context = readContext(result.context);
  const { Version, Statement } = result.policyDocument;
  if (!context || (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17')) return undefined;
  const statements = (Array.isArray(Statement) ? Statement : [Statement]).map(readStatement);
  if (statements.length === 0 || statements.some((statement) => statement === undefined)) return undefined;
  return {
    statements: statements.filter((statement) => statement !== undefined),
    context: { ...context, principalId: result.principalId },
  };
};

/** Whether the policy allows this request: an explicit Deny wins, and the default is to deny. */
export const isAllowed = (result: AuthorizerResult, methodArn: string): boolean => {
  const matching = result.statements.filter(
    ({ actions, resources }) =>
      actions.some((action) => wildcard(action.toLowerCase(), ACTION.toLowerCase())) &&
      resources.some((resource) => wildcard(resource, methodArn)),
  );
  return matching.length > 0 && matching.every(({ allow }) => allow);
};

/** Objects and lists are refused. Numbers and booleans reach the integration as strings. */
const readContext = (context: unknown): Record<string, string> | undefined => {
  if (context === undefined || context === null) return {};
  if (!isRecord(context)) return undefined;
  const entries = Object.entries(context).filter(([, value]) => value !== null && value !== undefined);
  if (entries.some(([, value]) => !['string', 'number', 'boolean'].includes(typeof value))) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
};

const readStatement = (statement: unknown): Statement | undefined => {
  if (!isRecord(statement) || (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')) return undefined;
  const actions = strings(statement.Action);
  const resources = strings(statement.Resource);
  if (!actions || !resources || resources.some((resource) => resource.length > MAX_RESOURCE_CHARACTERS))
    return undefined;
  return { allow: statement.Effect === 'Allow', actions, resources };
};

const strings = (value: unknown): string[] | undefined => {
  const list = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((item) => typeof item === 'string' && item !== '') ? list : undefined;
};

/** `*` matches any characters, `?` any single character. */
const wildcard = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(text);
