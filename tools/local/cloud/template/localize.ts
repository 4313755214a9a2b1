import { SENTINEL_DOMAIN } from './attributes.ts';
import { isRecord } from './shape.ts';

/**
 * Makes the only edit to the template: replaces the distribution's origin by the local origin, in every text.
 *
 * @param origin such as `http://localhost:4800`
 */
export const localize = <T>(value: T, origin: string): T => edit(value, origin) as T;

const edit = (value: unknown, origin: string): unknown => {
  if (typeof value === 'string') return value.replaceAll(`https://${SENTINEL_DOMAIN}`, origin);
  if (Array.isArray(value)) return value.map((item) => edit(item, origin));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, edit(inner, origin)]));
};
