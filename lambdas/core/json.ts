/** A nesting depth that every common parser accepts. The default of .NET is the lowest. */
export const MAX_JSON_DEPTH = 64;

export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads JSON (RFC 8259), and refuses documents that two parsers could read differently:
 *
 * - a byte order mark (§8.1)
 * - unpaired surrogates in the text or in a member name (§8.2)
 * - a member name that occurs twice in one object at any depth (§4: parsers use the first, the last or none)
 * - a member name that contains NUL, because it ends there in C
 * - the member name `__proto__`, because it becomes the prototype in JavaScript
 * - nesting deeper than `maxDepth` levels
 *
 * @param text the document. Decode bytes with `decodeUtf8` first.
 * @returns the value as `JSON.parse` returns it, or the reason for the refusal, which never repeats the input
 */
export const readStrictJson = (text: string, maxDepth = MAX_JSON_DEPTH): StrictJson => {
  if (text.startsWith('\ufeff')) return refused('it starts with a byte order mark');
  if (!text.isWellFormed()) return refused('it is not well-formed Unicode');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('it is not JSON');
  }
  const fault = findFault(text, maxDepth);
  return fault === undefined ? { ok: true, value } : refused(fault);
};

/** Whether a value from `JSON.parse` is an object and not an array. */
export const isJsonObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the members of a JSON object, and none for any other text. */
export const membersOf = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
};

/**
 * Decodes UTF-8 and keeps a byte order mark.
 *
 * @returns undefined when the bytes are not UTF-8
 */
export const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

const refused = (reason: string): StrictJson => ({ ok: false, reason });

/** Walks over text that is valid JSON, so that only the structure matters: brackets, commas and strings. */
const findFault = (text: string, maxDepth: number): string | undefined => {
  /** The member names of each open object, outermost first. Undefined stands for an array. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      if (isName) {
        const fault = findNameFault(text.slice(at, end + 1), open.at(-1));
        if (fault !== undefined) return fault;
      }
      isName = false;
      at = end;
    } else if (character === '{' || character === '[') {
      isName = character === '{';
      if (open.push(isName ? new Set() : undefined) > maxDepth) return `it is nested more than ${maxDepth} levels deep`;
    } else if (character === '}' || character === ']') {
      isName = false;
      open.pop();
    } else if (character === ',') {
      isName = open.at(-1) !== undefined;
    }
  }
  return undefined;
};

const findNameFault = (token: string, names: Set<string> | undefined): string | undefined => {
  const name: string = token.includes('\\') ? JSON.parse(token) : token.slice(1, -1);
  if (!name.isWellFormed()) return 'a member name contains an unpaired surrogate';
  if (name.includes('\0')) return 'a member name contains NUL';
  if (name === '__proto__') return 'a member is named __proto__';
  if (names?.has(name)) return 'an object has two members with the same name';
  names?.add(name);
  return undefined;
};

/** The index of the quote that closes the string which opens at `start`. */
const endOfString = (text: string, start: number): number => {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
};
