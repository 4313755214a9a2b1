import * as z from 'zod/mini';
import type { Immutable } from '../immutable.ts';
import type { Operation } from './operation.ts';

/** Pattern, in which `*` stands for any text → the scopes that each match needs. */
const ScopePatterns = z.record(z.string(), z.array(z.string()));
export type ScopePatterns = Immutable<z.infer<typeof ScopePatterns>>;

/** The scopes that single operations of an MCP server need in addition to the server's required ones. */
export const ToolRules = z.object({
  /** By tool name (`tools/call`). */
  tools: z.optional(ScopePatterns),
  /** By resource URI (`resources/read`) in normal form: lower-case scheme and host, no `..`, no unnecessary `%`. */
  resources: z.optional(ScopePatterns),
  /** By prompt name (`prompts/get`). */
  prompts: z.optional(ScopePatterns),
});
export type ToolRules = Immutable<z.infer<typeof ToolRules>>;

type Family = keyof ToolRules;
const FAMILIES = ['tools', 'resources', 'prompts'] as const satisfies readonly Family[];

const RULED_METHODS: ReadonlyMap<string, Family> = new Map([
  ['tools/call', 'tools'],
  ['resources/read', 'resources'],
  ['prompts/get', 'prompts'],
]);

/** Methods of a family that name or show nothing of what the family's rules protect. */
const UNRULED_METHODS: ReadonlySet<string> = new Set([
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
]);

/** How often a resource URI is unfolded before it counts as written to deceive. */
const MAX_URI_ROUNDS = 3;

/**
 * Every scope that an operation needs, so that one challenge names them all (MCP authorization, "Scope Challenge
 * Handling"): `required`, and the scopes of each rule that matches. A method of a ruled family which is unknown here
 * needs the scopes of all the family's rules, so that a new name for a call is no way around them.
 *
 * @param operation undefined for messages that name none: responses, and requests without a body
 * @returns scopes without repetition, required ones first
 */
export const scopesOf = (
  operation: Operation | undefined,
  rules: ToolRules,
  required: readonly string[],
): readonly string[] => {
  if (operation === undefined || UNRULED_METHODS.has(operation.method)) return union(required);
  const family = RULED_METHODS.get(operation.method);
  if (family === undefined) {
    const unknownOf = familyOf(operation.method);
    return union(required, ...(unknownOf === undefined ? [] : Object.values(rules[unknownOf] ?? {})));
  }
  const readings = family === 'resources' ? uriReadings(operation.target ?? '') : [operation.target ?? ''];
  const matching = Object.entries(rules[family] ?? {}).filter(
    ([pattern]) => readings === undefined || readings.some((reading) => matches(pattern, reading)),
  );
  return union(required, ...matching.map(([, scopes]) => scopes));
};

/**
 * Whether a method belongs to a ruled family but is none that is known here. By a header alone it says nothing: it may
 * as well be a header that contradicts the body, which must be answered as such.
 */
export const isUnknownOfFamily = (method: string): boolean =>
  !UNRULED_METHODS.has(method) && !RULED_METHODS.has(method) && familyOf(method) !== undefined;

/** Every scope that some operation may need: what a request must hold whose operation cannot be known. */
export const everyScopeOf = (rules: ToolRules, required: readonly string[]): readonly string[] =>
  union(required, ...FAMILIES.flatMap((family) => Object.values(rules[family] ?? {})));

/** Whether there is any rule at all. */
export const hasRules = (rules: ToolRules): boolean =>
  FAMILIES.some((family) => Object.keys(rules[family] ?? {}).length > 0);

const familyOf = (method: string): Family | undefined => {
  const prefix = method.slice(0, method.indexOf('/')).toLowerCase();
  return FAMILIES.find((name) => name === prefix);
};

const union = (...lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())];

/**
 * What servers make of one resource URI: as sent, normalized by the URL standard (the MCP SDK looks resources up so),
 * percent-decoded, and these again. Undefined when it unfolds further still.
 */
const uriReadings = (uri: string): readonly string[] | undefined => {
  const readings = new Set([uri]);
  for (let round = 0; round <= MAX_URI_ROUNDS; round += 1) {
    const before = readings.size;
    for (const reading of [...readings]) {
      readings.add(URL.parse(reading)?.href ?? reading);
      readings.add(percentDecoded(reading));
    }
    if (readings.size === before) return [...readings];
  }
  return undefined;
};

/** Decodes every `%XX`, also where the bytes are not UTF-8. */
const percentDecoded = (text: string): string => {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const decoded = bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1').toString('utf8');
};

/** Whether a pattern with `*` covers the whole text. Time grows with the product of both lengths at most. */
const matches = (pattern: string, text: string): boolean => {
  let [inPattern, inText, star, resume] = [0, 0, -1, 0];
  while (inText < text.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern;
      resume = inText;
      inPattern += 1;
    } else if (pattern[inPattern] === text[inText]) {
      inPattern += 1;
      inText += 1;
    } else if (star >= 0) {
      resume += 1;
      inText = resume;
      inPattern = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
};
