import * as z from 'zod/mini';
import type { Immutable } from '../immutable.ts';
import { LocalizedText } from '../language.ts';

/** Scope name → its description for the consent page, and the scopes that it implies. */
export const ScopeDefinitions = z.record(
  z.string(),
  z.object({
    /** The operator's own words. Only functions that show pages get them. */
    description: z.optional(LocalizedText),
    implies: z.optional(z.array(z.string())),
  }),
);
export type ScopeDefinitions = Immutable<z.infer<typeof ScopeDefinitions>>;
export type ScopeDefinition = ScopeDefinitions[string];

/** Requested by clients that want refresh tokens (OpenID Connect Core §11). No resource requires it. */
export const OFFLINE_ACCESS = 'offline_access';

/** All scopes that the server knows except `offline_access`, each once, the required ones first. */
export const knownScopes = (definitions: ScopeDefinitions, requiredScopes: readonly string[] = []): string[] => [
  ...new Set([...requiredScopes, ...Object.keys(definitions)]),
];

/** The granted scopes and all that they imply, directly or indirectly. */
export const effectiveScopes = (granted: readonly string[], definitions: ScopeDefinitions): Set<string> => {
  const effective = new Set(granted);
  // Iteration over a Set includes values added meanwhile, and a cycle adds nothing new.
  for (const scope of effective) {
    for (const implied of definitionOf(scope, definitions)?.implies ?? []) effective.add(implied);
  }
  return effective;
};

/** What these scopes imply beyond themselves. */
export const impliedScopes = (scopes: readonly string[], definitions: ScopeDefinitions): string[] =>
  [...effectiveScopes(scopes, definitions)].filter((scope) => !scopes.includes(scope));

/**
 * The scopes to ask the user for (RFC 6749 §3.3). Unknown scopes are dropped, because clients send `openid` and names of
 * their own. Missing required scopes are added, because the resource would refuse a token without them. The consent
 * page and the token response show them.
 *
 * @param requested the `scope` parameter; undefined if it was omitted
 */
export const negotiateScopes = (
  requested: string | undefined,
  requiredScopes: readonly string[],
  definitions: ScopeDefinitions,
): string[] => {
  const unknown = unknownScopes(requested, requiredScopes, definitions);
  const accepted = parseScope(requested).filter((scope) => !unknown.includes(scope));
  const missing = requiredScopes.filter((scope) => !effectiveScopes(accepted, definitions).has(scope));
  return [...missing, ...accepted];
};

/** The requested scopes that the server does not know, and drops. */
export const unknownScopes = (
  requested: string | undefined,
  requiredScopes: readonly string[],
  definitions: ScopeDefinitions,
): string[] => {
  const known = new Set([...knownScopes(definitions, requiredScopes), OFFLINE_ACCESS]);
  return parseScope(requested).filter((scope) => !known.has(scope));
};

/** The scopes of a `scope` parameter, each once. */
export const parseScope = (scope: string | undefined): string[] => [
  ...new Set((scope ?? '').split(' ').filter((name) => name !== '')),
];

/** Scope names are untrusted input, so the lookup must not reach `Object.prototype`. */
const definitionOf = (scope: string, definitions: ScopeDefinitions): ScopeDefinition | undefined =>
  Object.hasOwn(definitions, scope) ? definitions[scope] : undefined;
