/** A part of an OpenAPI 3.1 description. */
export type Part = Readonly<Record<string, unknown>>;

export const text: Part = { type: 'string' };
export const url: Part = { type: 'string', format: 'uri' };
export const texts: Part = { type: 'array', items: text };
export const flag: Part = { type: 'boolean' };
export const constant = (value: string): Part => ({ const: value });

/** An object schema. */
export const object = (properties: Part, required: readonly string[] = []): Part => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
});

const content = (type: string, schema: Part): Part => ({ content: { [type]: { schema } } });

export const json = (description: string, schema: Part = { type: 'object' }): Part => ({
  description,
  ...content('application/json', schema),
});
export const page = (description: string): Part => ({ description, ...content('text/html', text) });
export const redirect = (description: string): Part => ({ description });

/** A page for browsers, JSON for programs. */
export const pageOrError = (error: Part): Part => ({
  description: 'An error: a page for browsers, JSON for programs',
  content: { 'text/html': { schema: text }, 'application/json': { schema: error } },
});

/** A request body of `application/x-www-form-urlencoded`. */
export const form = (properties: Part, required: readonly string[] = []): Part => ({
  requestBody: { required: true, ...content('application/x-www-form-urlencoded', object(properties, required)) },
});
export const jsonBody = (schema: Part): Part => ({
  requestBody: { required: true, ...content('application/json', schema) },
});

export const query = (names: readonly string[], schemas: Readonly<Record<string, Part>> = {}): Part[] =>
  names.map((name) => ({ name, in: 'query', schema: schemas[name] ?? text }));
export const inPath = (name: string): Part => ({ name, in: 'path', required: true, schema: text });

/** The same response for several statuses. */
export const forEach = (statuses: readonly number[], response: Part): Part =>
  Object.fromEntries(statuses.map((status) => [status, response]));
