import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration, readContext } from '../../../lib/config/cdk-json.ts';
import { parseConfiguration } from '../../../lib/config/configuration.ts';
import { ConfigurationFileError, readConfigurationFile } from '../../../lib/config/configuration-file.ts';
import { codeBlocksOf } from '../../project/markdown.ts';
import { textOf } from '../../project/repository.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-configuration-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, content: string | Buffer): string => {
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
};

const utf16 = (text: string, order: 'le' | 'be'): Buffer => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

const COMMENTED = `{
  // One server.
  "access": "everyone", /* or rules */
  "scopes": { "mcp": { "description": "Für alle // kein Kommentar" }, },
}
`;
const VALUE = { access: 'everyone', scopes: { mcp: { description: 'Für alle // kein Kommentar' } } };

describe('A21: a configuration file', () => {
  it.each<[string, string | Buffer]>([
    ['comments and trailing commas', COMMENTED],
    ['Windows line ends', COMMENTED.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${COMMENTED}`],
    ['UTF-16 (little-endian) with its mark', utf16(COMMENTED, 'le')],
    ['UTF-16 (big-endian) with its mark', utf16(COMMENTED, 'be')],
  ])('may have %s', (_what, content) => {
    expect(readConfigurationFile(write('x.json', content))).toEqual(VALUE);
  });

  it.each<[string, string | Buffer, string]>([
    ['a missing comma', '{\n  "a": 1\n  "b": 2\n}', ', line 3, column 3: expected a comma'],
    ['a missing brace', '{ "a": {\n', ', line 2, column 1: expected a closing brace'],
    ['single quotation marks', "{ 'a': 1 }", ', line 1, column 3: expected JSON'],
    ['a key without quotation marks', '{\r\n\r\n a: 1 }', ', line 3, column 2: expected JSON'],
    ['an open text', '{ "a": "b\n}', ', line 1, column 8: expected the closing quotation mark'],
    ['an open comment', '{} /* more', ', line 1, column 4: expected the end of the comment'],
    ['more after the end', '{}\n{}', ', line 2, column 1: expected the end of the file'],
    ['nothing', '', ', line 1, column 1: expected a value'],
    ['a mistake after a byte order mark', '\uFEFF{ "a" 1 }', ', line 1, column 7: expected a colon'],
    ['UTF-16 without its mark', utf16('{}', 'le').subarray(2), ', line 1, column 2: expected JSON'],
    ['bytes that are no text', Buffer.from([0x7b, 0xe9, 0x7d]), ' is not UTF-8 text: save it as UTF-8'],
  ])('with %s is refused with its name and the place', (_what, content, expected) => {
    const file = write('x.json', content);
    expect(() => readConfigurationFile(file)).toThrow(ConfigurationFileError);
    expect(() => readConfigurationFile(file)).toThrow(`${file}${expected}`);
  });

  it('that is a folder is refused with its name', () => {
    expect(() => readConfigurationFile(directory)).toThrow(`${directory} cannot be read: it is a folder`);
  });

  it('keeps a key __proto__ visible to the schema', () => {
    const value = readConfigurationFile(write('x.json', '{ "__proto__": { "access": "everyone" } }'));
    expect(() => parseConfiguration(value)).toThrow('__proto__: expected no such key');
  });
});

describe('gatehouse.json', () => {
  it('takes the block of README.md as it is, under any comment', () => {
    const [block] = codeBlocksOf(textOf('README.md')).filter(({ language }) => language.startsWith('json'));
    write('gatehouse.json', `// Our servers\n${block?.text}`);
    expect(() => parseConfiguration(readConfiguration(directory))).not.toThrow();
  });

  it('replaces context.gatehouse of cdk.json', () => {
    write('cdk.json', JSON.stringify({ context: { gatehouse: { access: 'everyone' }, flag: true } }));
    expect(readConfiguration(directory)).toEqual({ access: 'everyone' });
    write('gatehouse.json', COMMENTED);
    expect(readConfiguration(directory)).toEqual(VALUE);
    expect(readContext(directory)).toMatchObject({ flag: true });
  });
});

describe('cdk.json', () => {
  it.each([
    ['{\n  // Ours\n  "context": {} }', 'cdk.json, line 2, column 3: the cdk command takes no comments here'],
    ['{ "context": {}, }', 'cdk.json, line 1, column 18: expected a key'],
    ['{ "context": {', 'cdk.json, line 1, column 15: expected a closing brace'],
  ])('is plain JSON, because the cdk command reads it: %j', (text, expected) => {
    write('cdk.json', text);
    expect(() => readConfiguration(directory)).toThrow(ConfigurationFileError);
    expect(() => readConfiguration(directory)).toThrow(expected);
  });

  it('that is missing is named', () => {
    expect(() => readContext(directory)).toThrow(`cdk.json is missing in ${directory}`);
  });
});
