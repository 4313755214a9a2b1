/** Nesting that every common parser accepts: .NET's default is the lowest. */
export const MAX_JSON_DEPTH = 64;

export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads JSON (RFC 8259) that no two parsers can read differently. Refused, besides everything that is not JSON: a byte
 * order mark (§8.1), unpaired surrogates in the text or in a member name (§8.2), a member name twice in one object at
 * any depth (§4: parsers take the first, the last or none), names with NUL (they end there in C), `__proto__` (becomes
 * the prototype in JavaScript), nesting beyond `maxDepth`.
 *
 * @param text the document; for bytes use `decodeUtf8` first
 * @returns the value as `JSON.parse` gives it, or why it is refused, in words that repeat nothing of the input
 */
export const readStrictJson = (text: string, maxDepth = MAX_JSON_DEPTH): StrictJson => {
  if (text.startsWith('\ufeff')) return refused('it begins with a byte order mark');
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

/** Whether a value that `JSON.parse` gave is an object, and no array. */
export const isJsonObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of UTF-8 bytes, its byte order mark kept; undefined when they are not UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

const refused = (reason: string): StrictJson => ({ ok: false, reason });

/** Walks over text that is known to be JSON, so that only structure matters: brackets, commas, strings. */
const findFault = (text: string, maxDepth: number): string | undefined => {
  /** Member names of each open object, outermost first; an array has none. */
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
      if (open.push(isName ? new Set() : undefined) > maxDepth) return `it nests deeper than ${maxDepth} levels`;
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
  if (!name.isWellFormed()) return 'a member name holds half of a surrogate pair';
  if (name.includes('\0')) return 'a member name holds NUL';
  if (name === '__proto__') return 'a member is named __proto__';
  if (names?.has(name)) return 'an object has a member twice';
  names?.add(name);
  return undefined;
};

/** Index of the quote that closes the string which opens at `start`. */
const endOfString = (text: string, start: number): number => {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
};
