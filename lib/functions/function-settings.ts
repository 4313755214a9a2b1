import type { Configuration } from '../config/configuration.ts';
import { allScopes, requiredScopes, toolRules, validatesHeaders } from '../config/rules.ts';

// The configuration as the functions read it from their environment, in the shapes of lambdas/runtime/settings.ts.

/** What several functions are told. */
export const sharedSettings = (configuration: Configuration) => ({
  servers: Object.fromEntries(
    Object.entries(configuration.servers).map(([path, server]) => [
      path,
      { ...(server.name === undefined ? {} : { name: server.name }), requiredScopes: requiredScopes(server) },
    ]),
  ),
  scopes: scopeSettings(configuration),
  lifetimes: configuration.lifetimes,
});

export type ScopeSettings = Readonly<Record<string, { readonly implies: readonly string[] }>>;

/** Scopes as the functions need them; who may have one only /callback has to know, and pages alone need words. */
const scopeSettings = (configuration: Configuration): ScopeSettings =>
  Object.fromEntries(Object.entries(allScopes(configuration)).map(([name, { implies }]) => [name, { implies }]));

/** Scopes with the words in which people are asked for them. */
export const scopesInWords = (configuration: Configuration) =>
  Object.fromEntries(
    Object.entries(allScopes(configuration)).map(([name, { grantedTo: _grantedTo, ...scope }]) => [name, scope]),
  );

/** What the authorizer is told of each server. */
export const doorPolicies = ({ servers }: Configuration) =>
  Object.fromEntries(
    Object.entries(servers).map(([path, server]) => {
      const rules = toolRules(server);
      const policy = { requiredScopes: requiredScopes(server) };
      return [path, rules ? { ...policy, rules, validatesHeaders: validatesHeaders(server) } : policy];
    }),
  );
