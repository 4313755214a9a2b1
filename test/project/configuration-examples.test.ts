import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../lib/config/cdk-json.ts';
import { merge, parseConfiguration } from '../../lib/config/configuration.ts';
import { readConfigurationFile } from '../../lib/config/configuration-file.ts';
import { codeBlocksOf } from './markdown.ts';
import { documents, textOf } from './repository.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-examples-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Pastes an example into a file, and reads it. A block that shows only members gets the braces around them. */
const parseExample = (text: string): Readonly<Record<string, unknown>> => {
  const file = join(directory, 'example.json');
  writeFileSync(file, text.trimStart().startsWith('{') ? text : `{${text}}`);
  return Object(readConfigurationFile(file));
};

const isClientConfiguration = (example: object): boolean =>
  'mcpServers' in example || JSON.stringify(example).includes('<connector URL>');

const isPolicy = (example: object): boolean => 'Statement' in example;

/** Whether a part belongs into one server, whose scopes are lists and not descriptions. */
const isPartOfServer = (example: Readonly<Record<string, unknown>>): boolean =>
  'backend' in example || Object.values(example.scopes ?? {}).some(Array.isArray);

/** The whole configuration that an example shows, or the repository's own with the example's part in its place. */
const configurationWith = (example: Readonly<Record<string, unknown>>): unknown => {
  if (REQUIRED_KEYS.every((key) => key in example)) return example;
  return merge(readConfiguration(), isPartOfServer(example) ? { servers: { '/mcp': example } } : example);
};

const REQUIRED_KEYS = ['servers', 'scopes', 'identityProviders', 'access'];

const blocks = documents().flatMap((page) =>
  codeBlocksOf(textOf(page))
    .filter(({ language }) => language === 'json' || language === 'jsonc')
    .map(({ text, line }) => ({ place: `${page}:${line}`, text })),
);

describe('An example of JSON in the documents', () => {
  it('is found on several pages', () => expect(blocks.length).toBeGreaterThan(15));

  it.each(blocks)('is valid at $place', ({ text }) => {
    const example = parseExample(text);
    if (isClientConfiguration(example) || isPolicy(example)) return;
    expect(() => parseConfiguration(configurationWith(example))).not.toThrow();
  });
});
