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

/** Asked for by clients that want refresh tokens (OpenID Connect Core §11); never a condition for a resource. */
export const OFFLINE_ACCESS = 'offline_access';

/** Every scope that the server knows, required ones first, each once; without `offline_access`. */
export const knownScopes = (definitions: ScopeDefinitions, requiredScopes: readonly string[] = []): string[] => [
  ...new Set([...requiredScopes, ...Object.keys(definitions)]),
];

/** The granted scopes with everything they imply, however long the chain. */
export const effectiveScopes = (granted: readonly string[], definitions: ScopeDefinitions): Set<string> => {
  const effective = new Set(granted);
  // A Set visits what is added while it is walked, so a cycle ends by itself.
  for (const scope of effective) {
    for (const implied of definitionOf(scope, definitions)?.implies ?? []) effective.add(implied);
  }
  return effective;
};

/**
 * The scopes to ask the person for (RFC 6749 §3.3). Unknown ones are dropped, not refused: clients send `openid` or
 * names of their own. Required scopes that nothing asked for implies are added, since a token without them would be
 * refused by the resource at once; the consent page shows them and the token answer names them.
 *
 * @param requested the `scope` parameter, undefined when it was omitted
 */
export const negotiateScopes = (
  requested: string | undefined,
  requiredScopes: readonly string[],
  definitions: ScopeDefinitions,
): string[] => {
  const known = new Set([...knownScopes(definitions, requiredScopes), OFFLINE_ACCESS]);
  const accepted = [...new Set((requested ?? '').split(' '))].filter((scope) => known.has(scope));
  const missing = requiredScopes.filter((scope) => !effectiveScopes(accepted, definitions).has(scope));
  return [...missing, ...accepted];
};

/** A lookup that never reaches `Object.prototype`: scope names come from outside. */
const definitionOf = (scope: string, definitions: ScopeDefinitions): ScopeDefinition | undefined =>
  Object.hasOwn(definitions, scope) ? definitions[scope] : undefined;
