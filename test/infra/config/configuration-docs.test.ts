import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { ConfigurationSchema } from '../../../lib/config/schema.ts';

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

/** Explained where the configuration page points to. */
const PAGES = ['configuration', 'configured-clients', 'providers/README'];

describe('docs/configuration.md', () => {
  const words = PAGES.map((page) => readFileSync(new URL(`../../../docs/${page}.md`, import.meta.url), 'utf8')).join(
    '\n',
  );
  const schema = z.toJSONSchema(ConfigurationSchema, { io: 'input', unrepresentable: 'any' });
  const keys = [...new Set(keysOf(schema))];

  it('knows the schema', () => expect(keys.length).toBeGreaterThan(50));

  it.each(keys)('explains the key %s', (key) => {
    // Not toMatch: its failure would print every page.
    expect(new RegExp(`["\`.]${key}["\`.]`).test(words)).toBe(true);
  });
});
