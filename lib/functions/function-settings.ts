import type { ScopeDefinitions } from '../../lambdas/core/authorization/scopes.ts';
import type { RegistrationPolicy } from '../../lambdas/core/clients/registration-policy.ts';
import type { Servers } from '../../lambdas/core/settings.ts';
import { withoutUndefined } from '../../lambdas/core/without-undefined.ts';
import { validatesHeaders } from '../config/backends.ts';
import type { Configuration } from '../config/configuration.ts';
import { allScopes, requiredScopes, toolRules } from '../config/rules.ts';

// The configuration as settings of the functions (lambdas/core/settings.ts).

/** Name and required scopes of each server. */
export const serverSettings = ({ servers }: Configuration): Servers =>
  Object.fromEntries(
    Object.entries(servers).map(([path, server]) => [
      path,
      { ...(server.name === undefined ? {} : { name: server.name }), requiredScopes: requiredScopes(server) },
    ]),
  );

/** Each server with its rules, for the authorizer. */
export const authorizerSettings = ({ servers }: Configuration): Servers =>
  Object.fromEntries(
    Object.entries(servers).map(([path, server]) => {
      const rules = toolRules(server);
      const policy = { requiredScopes: requiredScopes(server) };
      return [path, rules ? { ...policy, rules, validatesHeaders: validatesHeaders(server) } : policy];
    }),
  );

/** Every scope and what it implies. Pages need descriptions as well: `describedScopes`. */
export const scopeSettings = (configuration: Configuration): ScopeDefinitions =>
  Object.fromEntries(Object.entries(allScopes(configuration)).map(([name, { implies }]) => [name, { implies }]));

/** Every scope with its description for the consent page. */
export const describedScopes = (configuration: Configuration): ScopeDefinitions =>
  Object.fromEntries(
    Object.entries(allScopes(configuration)).map(([name, { grantedTo: _grantedTo, ...scope }]) => [name, scope]),
  );

/** Path of each example server that is not open to every origin, and its allowed origins; undefined if all are open. */
export const exampleOrigins = ({ servers }: Configuration): Record<string, string[]> | undefined => {
  const narrowed = Object.entries(servers).flatMap(([path, { backend, allowedOrigins }]) =>
    backend.kind === 'example' && allowedOrigins !== undefined ? [[path, allowedOrigins] as const] : [],
  );
  return narrowed.length === 0 ? undefined : Object.fromEntries(narrowed);
};

/** The policy of registration; undefined if registration is open to every client, which needs no setting. */
export const registrationSettings = ({
  registration: { dynamic, redirectHosts, schemes },
}: Configuration): RegistrationPolicy | undefined =>
  dynamic === 'open' && redirectHosts === undefined && schemes === undefined
    ? undefined
    : withoutUndefined({ dynamic, redirectHosts, schemes });
