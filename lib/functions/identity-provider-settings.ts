import type { IdentityProviders } from '../../lambdas/core/settings.ts';
import { withoutUndefined } from '../../lambdas/core/without-undefined.ts';
import type { Configuration } from '../config/configuration.ts';
import { displayNameOf, issuerOf, upstreamScopesOf } from '../config/identity-providers.ts';
import type { Secrets } from '../data/secrets.ts';
import { keepsTokens } from '../data/upstream-tokens.ts';
import type { UserPool } from '../data/user-pool.ts';

export interface IdentityProviderParts {
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  /** Identity provider id → user pool that the stack creates for it. */
  readonly userPools: Readonly<Record<string, UserPool>>;
}

/** The identity providers as settings of the functions (lambdas/core/settings.ts). */
export const identityProviderSettings = ({
  configuration,
  secrets,
  userPools,
}: IdentityProviderParts): IdentityProviders =>
  Object.fromEntries(
    Object.entries(configuration.identityProviders).map(([id, provider]) => [
      id,
      {
        kind: provider.kind,
        issuer: required(issuerOf(provider) ?? userPools[id]?.issuer, id),
        displayName: displayNameOf(provider),
        scopes: upstreamScopesOf(configuration, id),
        ...(provider.recheck ? { recheck: true } : {}),
        ...(provider.keepTokens ? { keepTokens: true } : {}),
        ...withoutUndefined({ tokenEndpointAuthentication: provider.tokenEndpointAuthentication }),
        secretId: required(secrets.identityProviders[id]?.ref, id),
      },
    ]),
  );

/** Only the providers whose tokens are kept, and without display names: /token shows no page and has little room. */
export const keptProviderSettings = (parts: IdentityProviderParts): IdentityProviders =>
  Object.fromEntries(
    Object.entries(identityProviderSettings(parts))
      .filter(([id]) => keepsTokens(parts.configuration.identityProviders[id]))
      .map(([id, { displayName: _displayName, ...provider }]) => [id, provider]),
  );

const required = (value: string | undefined, id: string): string => {
  if (value === undefined)
    throw new Error(`expected an issuer and a secret for the identity provider ${id} in this stack, found none`);
  return value;
};
