/** Checks one value of the template. Returns what the local cloud cannot run, each with its place. */
export type Check = (value: unknown, place: string) => string[];

export const any: Check = () => [];

export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value, place) =>
    values.includes(value) ? [] : [`${place} is ${JSON.stringify(value)}, known is ${JSON.stringify(values)}`];

export const object =
  (properties: Readonly<Record<string, Check>>): Check =>
  (value, place) => {
    if (!isRecord(value)) return [`${place} is not an object`];
    return Object.entries(value).flatMap(([name, inner]) => {
      const check = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return check ? check(inner, `${place}.${name}`) : [`${place}.${name} is a property that is not run`];
    });
  };

export const list =
  (item: Check): Check =>
  (value, place) =>
    Array.isArray(value) ? value.flatMap((inner, index) => item(inner, `${place}[${index}]`)) : [`${place} is no list`];

export const map =
  (item: Check): Check =>
  (value, place) =>
    isRecord(value)
      ? Object.entries(value).flatMap(([name, inner]) => item(inner, `${place}.${name}`))
      : [`${place} is not an object`];

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
