import { isRecord } from './shape.ts';

/**
 * Evaluates the template's conditions by name.
 *
 * @throws Error for a condition that does not exist, or that uses an unsupported function
 */
export const conditionResolver = (
  conditions: Readonly<Record<string, unknown>>,
  resolve: (value: unknown) => unknown,
): ((name: string) => boolean) => {
  const evaluate = (expression: unknown): boolean => {
    const [entry] = isRecord(expression) ? Object.entries(expression) : [];
    const [operator, argument] = entry ?? [];
    const parts = Array.isArray(argument) ? argument : [];
    switch (operator) {
      case 'Condition':
        return named(String(argument));
      case 'Fn::And':
        return parts.every(evaluate);
      case 'Fn::Or':
        return parts.some(evaluate);
      case 'Fn::Not':
        return !evaluate(parts[0]);
      case 'Fn::Equals':
        return JSON.stringify(resolve(parts[0])) === JSON.stringify(resolve(parts[1]));
      default:
        throw new Error(`has a condition with ${operator ?? JSON.stringify(expression)}, which is not known here`);
    }
  };
  const named = (name: string): boolean => {
    if (!Object.hasOwn(conditions, name)) throw new Error(`names the condition ${name}, which the template lacks`);
    return evaluate(conditions[name]);
  };
  return named;
};
