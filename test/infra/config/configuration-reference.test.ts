import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { ConfigurationSchema } from '../../../lib/config/schema.ts';
import { withTables } from '../../../tools/configuration-reference.ts';

type JsonSchema = { properties?: Record<string, JsonSchema> } & { [member: string]: unknown };

/** Names of all keys that a schema knows, at any depth. */
const keysOf = (schema: unknown): string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, ...others } = schema as JsonSchema;
  return [
    ...Object.keys(properties),
    ...Object.values(properties).flatMap(keysOf),
    ...Object.values(others).flatMap(keysOf),
  ];
};

describe('docs/configuration.md', () => {
  const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  const schema = z.toJSONSchema(ConfigurationSchema, { io: 'input', unrepresentable: 'any' });
  const keys = [...new Set(keysOf(schema))];

  it('lists exactly the keys of the schema, with their defaults; if this fails, run npm run docs', () => {
    expect(page).toBe(withTables(page));
  });

  it('is compared with a schema that has keys', () => expect(keys.length).toBeGreaterThan(50));

  it.each(keys)('explains the key %s', (key) => {
    // Not toMatch, because its failure would print the whole page.
    expect(new RegExp(`["\`.]${key}["\`.]`).test(page)).toBe(true);
  });

  it('shows one table for each object, and no key twice in one table', () => {
    const tables = page.split('<!-- keys of ').slice(1);
    expect(tables).toHaveLength(10);
    for (const table of tables) {
      const listed = [...table.matchAll(/^\| `([\w.]+)` /gm)].map(([, key]) => key);
      expect(listed.length).toBeGreaterThan(0);
      expect(new Set(listed).size).toBe(listed.length);
    }
  });

  it('would change with a default', () => {
    expect(withTables(page.replace('| `600` |', '| `601` |'))).toBe(page);
  });

  it('must have a table for every part of the configuration', () => {
    const without = page.replace(/<!-- keys of (theme|\*) -->\n[\s\S]*?<!-- end -->/g, '');
    expect(() => withTables(without)).toThrow(/expected a table for each of: theme/);
  });
});
