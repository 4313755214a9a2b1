import * as z from 'zod/mini';
import type { Immutable } from '../immutable.ts';
import type { Operation } from './operation.ts';

/** The scopes that an operation needs, by pattern. `*` in a pattern matches any text. */
const ScopePatterns = z.record(z.string(), z.array(z.string()));
export type ScopePatterns = Immutable<z.infer<typeof ScopePatterns>>;

/** The scopes that individual operations of an MCP server need in addition to the server's required scopes. */
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

/** Methods of a family that do not access what the family's rules protect. */
const UNRULED_METHODS: ReadonlySet<string> = new Set([
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
]);

/** How many times a resource URI is decoded. If it can be decoded further, every resource rule applies. */
const MAX_URI_ROUNDS = 3;

/**
 * Finds every scope that an operation needs, so that one challenge names them all (MCP authorization, "Scope Challenge
 * Handling"). These are the required scopes and those of each rule that matches. An unknown method of a family with
 * rules needs the scopes of all these rules, so that a new method cannot bypass them.
 *
 * @param operation undefined for responses and for requests without a body
 * @param rules the rules of the MCP server
 * @param required the scopes that every request needs
 * @returns the scopes without repetition, required ones first
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
 * Whether a method belongs to a family that can have rules, but is unknown here. A header that names such a method is
 * not trusted, because it may contradict the body, and that needs an error of its own.
 */
export const isUnknownOfFamily = (method: string): boolean =>
  !UNRULED_METHODS.has(method) && !RULED_METHODS.has(method) && familyOf(method) !== undefined;

/** Every scope that any operation can need. A request whose operation is unknown needs all of them. */
export const everyScopeOf = (rules: ToolRules, required: readonly string[]): readonly string[] =>
  union(required, ...FAMILIES.flatMap((family) => Object.values(rules[family] ?? {})));

/** Whether the server has any rule. */
export const hasRules = (rules: ToolRules): boolean =>
  FAMILIES.some((family) => Object.keys(rules[family] ?? {}).length > 0);

const familyOf = (method: string): Family | undefined => {
  const prefix = method.slice(0, method.indexOf('/')).toLowerCase();
  return FAMILIES.find((name) => name === prefix);
};

const union = (...lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())];

/**
 * Lists the URIs that servers may read from one resource URI: as sent, normalized by the URL standard, as the MCP SDK
 * does, percent-decoded, and each of these again.
 *
 * @returns undefined when more than `MAX_URI_ROUNDS` rounds would be needed
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

/** Decodes every `%XX`, even if the bytes are not UTF-8. */
const percentDecoded = (text: string): string => {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const decoded = bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1').toString('utf8');
};

/** Whether a pattern with `*` matches the whole text. The time grows at most with the product of both lengths. */
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
