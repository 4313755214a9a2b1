/** Claims of a provider about a user, unparsed. */
export type ProviderClaims = Readonly<Record<string, unknown>>;

/** The values of a claim that some rule names. */
export interface NeededClaim {
  readonly values: readonly string[];
  /** Whether upper and lower case are the same here, as in domains and GitHub's names. */
  readonly ignoresCase?: boolean;
}

/** Claim, by its plain name or a JSON Pointer, to what the rules need of it. */
export type NeededClaims = Readonly<Record<string, NeededClaim>>;

/** Claim to what was found of it: `absent`, or its kind and number of values. Never a value. */
export type ClaimFindings = Readonly<Record<string, string>>;

/**
 * A claim by its plain name, or by a JSON Pointer into the claims (RFC 6901), such as `/realm_access/roles`. A claim whose
 * plain name begins with a slash comes first.
 *
 * @returns undefined if it is absent
 */
export const readClaim = (claims: ProviderClaims, name: string): unknown => {
  if (Object.hasOwn(claims, name)) return claims[name];
  if (!name.startsWith('/')) return undefined;
  let value: unknown = claims;
  for (const escaped of name.slice(1).split('/')) {
    const token = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    // RFC 6901 §4: an array has elements only; its `length` is none.
    if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(token)) return undefined;
    value = (value as ProviderClaims)[token];
  }
  return value;
};

/** The values that a rule names, of all values of each needed claim. The first source that has a claim counts. */
export const keptClaims = (
  needed: NeededClaims,
  ...sources: readonly (ProviderClaims | undefined)[]
): Readonly<Record<string, readonly string[]>> | undefined => {
  const kept = Object.entries(needed).flatMap(([name, claim]) => {
    const values = [firstOf(sources, name)].flat().flatMap(parseClaimValue);
    const named = [...new Set(values.filter((value) => isNamed(claim, value)))];
    return named.length === 0 ? [] : [[name, named] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
};

/** What was found of each needed claim, for the log. */
export const findClaims = (needed: NeededClaims, ...sources: readonly (ProviderClaims | undefined)[]): ClaimFindings =>
  Object.fromEntries(Object.keys(needed).map((name) => [name, describeClaim(firstOf(sources, name))]));

const firstOf = (sources: readonly (ProviderClaims | undefined)[], name: string): unknown =>
  sources.map((source) => source && readClaim(source, name)).find((value) => value !== undefined);

const isNamed = ({ values, ignoresCase = false }: NeededClaim, value: string): boolean =>
  values.some((each) => each === value || (ignoresCase && lowerAscii(each) === lowerAscii(value)));

const parseClaimValue = (value: unknown): string[] =>
  typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? [String(value)] : [];

const describeClaim = (value: unknown): string => {
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return `list, ${value.length} ${value.length === 1 ? 'value' : 'values'}`;
  if (value === null) return 'null, 0 values';
  if (typeof value === 'object') return `object, ${Object.keys(value).length} members, no value`;
  return `${typeof value === 'string' ? 'text' : typeof value}, 1 value`;
};

/** Folds only A to Z. Unicode folding maps the Kelvin sign to k, and so one address to another. */
export const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
