/** For a step that rests on an earlier one. */
export const missing = (what: string): never => {
  throw new Error(`there is no ${what}, because an earlier step failed`);
};

/** A template of any shape, with `{name}` replaced wherever the name is one of these. */
export const fillPlaceholders = <T>(template: T, values: Readonly<Record<string, string | undefined>>): T => {
  const text = JSON.stringify(template).replaceAll(/\{(\w+)\}/g, (placeholder, name: string) =>
    name in values ? (values[name] ?? missing(`value for ${placeholder}`)) : placeholder,
  );
  return JSON.parse(text) as T;
};
