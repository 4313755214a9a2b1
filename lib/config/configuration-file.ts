import { readFileSync } from 'node:fs';
import { type Node, type ParseError, type ParseOptions, parseTree, printParseErrorCode } from 'jsonc-parser';

/** A file of the configuration cannot be read. The message names the file and the place, so it needs no stack trace. */
export class ConfigurationFileError extends Error {
  override readonly name = 'ConfigurationFileError';
}

/** JSON as people paste it: comments and trailing commas are allowed. */
const RELAXED: ParseOptions = { disallowComments: false, allowTrailingComma: true };
const STRICT: ParseOptions = { disallowComments: true, allowTrailingComma: false };

const EXPECTATIONS: Readonly<Record<string, string>> = {
  InvalidNumberFormat: 'expected a number',
  PropertyNameExpected: 'expected a key in double quotation marks',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon after the key',
  CommaExpected: 'expected a comma',
  CloseBraceExpected: 'expected a closing brace',
  CloseBracketExpected: 'expected a closing bracket',
  EndOfFileExpected: 'expected the end of the file',
  UnexpectedEndOfComment: 'expected the end of the comment',
  UnexpectedEndOfString: 'expected the closing quotation mark of the text on the same line',
  UnexpectedEndOfNumber: 'expected a digit',
  InvalidUnicode: 'expected four hexadecimal digits after \\u',
  InvalidEscapeCharacter: 'expected another character after the backslash',
  InvalidCharacter: 'expected no control character in a text',
};

/**
 * Reads a configuration file: JSON, in which comments and trailing commas are allowed. The text may be UTF-8, or
 * UTF-16 with a byte order mark, as some editors and shells write it.
 *
 * @param shownName the name of the file in messages
 * @returns the value, or undefined when there is no such file
 * @throws ConfigurationFileError names the file, and the line and column of a mistake, both counted from 1
 */
export const readConfigurationFile = (file: string, shownName: string = file): unknown =>
  readJson(file, shownName, RELAXED);

/**
 * Reads a file that other programs read as plain JSON. A comment or a trailing comma in it is a mistake.
 *
 * @returns the value, or undefined when there is no such file
 * @throws ConfigurationFileError as {@link readConfigurationFile} does
 */
export const readPlainJsonFile = (file: string, shownName: string = file): unknown => readJson(file, shownName, STRICT);

const readJson = (file: string, shownName: string, options: ParseOptions): unknown => {
  const text = readText(file, shownName);
  if (text === undefined) return undefined;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, options);
  const [first] = errors;
  if (first)
    throw new ConfigurationFileError(`${shownName}, ${placeOf(text, first.offset)}: ${describe(first, options)}`);
  return root && toValue(root);
};

const readText = (file: string, shownName: string): string | undefined => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const reason = code === 'EISDIR' ? 'it is a folder' : message;
    throw new ConfigurationFileError(`${shownName} cannot be read: ${reason}`);
  }
  try {
    // The decoder removes the byte order mark.
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationFileError(`${shownName} is not UTF-8 text: save it as UTF-8`);
  }
};

const encodingOf = (bytes: Buffer): string => {
  const mark = bytes.toString('hex', 0, 2);
  if (mark === 'fffe') return 'utf-16le';
  return mark === 'feff' ? 'utf-16be' : 'utf-8';
};

const placeOf = (text: string, offset: number): string => {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
};

const describe = ({ error }: ParseError, { disallowComments }: ParseOptions): string => {
  const code = printParseErrorCode(error);
  if (code === 'InvalidCommentToken' && disallowComments) {
    return 'the cdk command takes no comments here. Write the configuration into gatehouse.json, where they are allowed';
  }
  return EXPECTATIONS[code] ?? 'expected JSON';
};

/** Unlike the parser's own values, these keep a key `__proto__` as a key, so that the schema refuses it. */
const toValue = ({ type, value, children = [] }: Node): unknown => {
  if (type === 'array') return children.map(toValue);
  if (type !== 'object') return value;
  return Object.fromEntries(
    children.map(({ children: [key, member] = [] }) => [key?.value, member && toValue(member)]),
  );
};
