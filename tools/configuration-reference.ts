import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { ConfigurationSchema } from '../lib/config/schema.ts';

// Writes the tables of docs/configuration.md from the schema of the configuration: `npm run docs`. The page marks each
// table with the path of the object whose keys it lists. The text around the tables is written by hand.

const PAGE = fileURLToPath(new URL('../docs/configuration.md', import.meta.url));

/** A JSON Schema, with the members that `documented` adds (lib/config/fields.ts). */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly description?: string;
  readonly unset?: string;
  readonly more?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** One key of an object. A union of kinds has one variant of the key for each kind that knows it. */
interface Key {
  readonly name: string;
  readonly variants: readonly Variant[];
  /** Whether every kind knows the key. */
  readonly isCommon: boolean;
}

interface Variant {
  /** Undefined if the object has no kinds. */
  readonly kind?: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

interface Row {
  readonly key: string;
  readonly default: string;
  readonly text: string;
}

const MARKED = /<!-- keys of ([\w.*]+) -->\n[\s\S]*?<!-- end -->/g;

/**
 * Returns the page with its tables as the schema has them.
 *
 * @param page the page as it is
 * @throws Error if a key lacks a description, or if no table lists it
 */
export const withTables = (page: string): string => {
  const root = z.toJSONSchema(ConfigurationSchema, { io: 'input', unrepresentable: 'any' }) as Schema;
  const places = [...page.matchAll(MARKED)].map(([, place = '']) => place);
  const missing = Object.keys(root.properties ?? {}).filter(
    (name) => !places.includes('*') && !places.some((place) => place.split('.')[0] === name),
  );
  if (missing.length > 0) throw new Error(`expected a table for each of: ${missing.join(', ')}`);
  return page.replaceAll(MARKED, (_, place: string) => {
    const listed = place === '*' ? remainingKeys(root, places) : keysOf(schemaAt(root, place));
    return `<!-- keys of ${place} -->\n${table(listed.flatMap((key) => rowsOf(key, '')))}\n<!-- end -->`;
  });
};

/** The keys of the whole configuration that have no table of their own. */
const remainingKeys = (root: Schema, places: readonly string[]): readonly Key[] =>
  keysOf(root).filter(({ name }) => !places.some((place) => place.split('.')[0] === name));

/** @param place names joined by dots; `*` stands for the values of a record */
const schemaAt = (root: Schema, place: string): Schema => {
  let schema: Schema | false | undefined = root;
  for (const name of place.split('.')) {
    schema = name === '*' ? schema.additionalProperties : schema.properties?.[name];
    if (!schema) throw new Error(`expected an object at ${place} in the schema, found none at "${name}"`);
  }
  return schema;
};

/** @param isRequired whether the object itself must be there; otherwise none of its keys must */
const keysOf = (schema: Schema, isRequired = true): readonly Key[] => {
  const kinds = schema.oneOf ?? [schema.anyOf?.find(({ properties }) => properties) ?? schema];
  const variants = kinds.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).map(([name, property]) => ({
      name,
      ...(schema.oneOf ? { kind: String(properties.kind?.const) } : {}),
      schema: property,
      isRequired: isRequired && required.includes(name),
    })),
  );
  const byName = Map.groupBy(variants, ({ name }) => name);
  // The kind comes first, as it is written.
  return [...byName]
    .map(([name, each]) => ({ name, variants: each, isCommon: each.length === kinds.length }))
    .sort((one, other) => Number(other.name === 'kind') - Number(one.name === 'kind'));
};

/** The row of a key, or the rows of the keys of its object. */
const rowsOf = (key: Key, prefix: string): readonly Row[] => {
  const { variants } = key;
  const name = `${prefix}${key.name}`;
  const [first] = variants;
  if (first === undefined) return [];
  if (first.schema.const !== undefined) return [kindRow(name, variants)];
  const { description, more, properties, oneOf } = first.schema;
  // An object that is described as a whole has one row.
  if (description === undefined && (properties ?? oneOf) !== undefined) {
    return keysOf(first.schema, first.isRequired).flatMap((inner) => rowsOf(inner, `${name}.`));
  }
  if (description === undefined) throw new Error(`${name}: expected a description, got none. Use documented()`);
  const link = more === undefined ? '' : ` ([more](${more.replace('docs/', '')}))`;
  return [{ key: name, default: defaultOf(variants), text: `${description}${kindsOf(key)}${link}` }];
};

const kindRow = (key: string, variants: readonly Variant[]): Row => ({
  key,
  default: 'required',
  text: variants.map(({ kind }) => code(kind)).join(', '),
});

/** The kinds that know a key, if not all of them do. */
const kindsOf = ({ variants, isCommon }: Key): string =>
  isCommon ? '' : `; for ${variants.map(({ kind }) => code(kind)).join(', ')}`;

/** The default that most variants have, and then each that differs, with its kinds. */
const defaultOf = (variants: readonly Variant[]): string => {
  const byDefault = Map.groupBy(variants, ({ schema, isRequired }) =>
    isRequired
      ? 'required'
      : schema.default === undefined
        ? (schema.unset ?? 'none')
        : code(JSON.stringify(schema.default)),
  );
  return [...byDefault]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([text, differing], index) =>
      index === 0 ? text : `${differing.map(({ kind }) => code(kind)).join(', ')}: ${text}`,
    )
    .join('; ');
};

const code = (text: string | undefined): string => `\`${text}\``;

const table = (rows: readonly Row[]): string =>
  [
    '| key | default | |',
    '|---|---|---|',
    ...rows.map((row) => `| ${code(row.key)} | ${row.default} | ${row.text} |`),
  ].join('\n');

if (import.meta.main) writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
