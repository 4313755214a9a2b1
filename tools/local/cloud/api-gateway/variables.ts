import { lastHeader } from '../http-message.ts';
import { isRecord } from '../template/shape.ts';
import type { Invocation } from './invocation.ts';

/** Values that exist for gateway responses only, such as `error.messageString`. */
export type ExtraContext = Readonly<Record<string, unknown>>;

/**
 * Evaluates a mapping expression: `'static'`, `context.…`, `method.request.{header,querystring,path}.…`.
 *
 * @returns undefined when there is no such value
 */
export const mappedValue = (
  expression: string,
  invocation: Invocation,
  extra: ExtraContext = {},
): string | undefined => {
  if (expression.startsWith("'") && expression.endsWith("'")) return expression.slice(1, -1);
  const [scope, ...path] = expression.split('.');
  if (scope === 'context') return contextValue(path, invocation, extra);
  const [, part, ...name] = expression.split('.');
  if (scope !== 'method' || part !== 'request') return undefined;
  return requestValue(name[0] ?? '', name.slice(1).join('.'), invocation);
};

const requestValue = (where: string, name: string, invocation: Invocation): string | undefined => {
  if (where === 'header') return lastHeader(invocation.request.headers, name);
  if (where === 'querystring') return new URLSearchParams(invocation.request.query).getAll(name).at(-1);
  return invocation.pathParameters[name];
};

const contextValue = (path: readonly string[], invocation: Invocation, extra: ExtraContext): string | undefined => {
  let value: unknown = { ...invocation.context, ...extra, authorizer: invocation.authorizer };
  for (const name of path) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
};

/** Fills the body template of a gateway response. Variables are inserted unescaped, and there is no template language. */
export const substitute = (template: string, invocation: Invocation, extra: ExtraContext): string =>
  template.replaceAll(
    /\$((?:context|method|stageVariables)(?:\.[A-Za-z0-9_-]+)+)/g,
    (_whole, expression: string) => mappedValue(expression, invocation, extra) ?? '',
  );
