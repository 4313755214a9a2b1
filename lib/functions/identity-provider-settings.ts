import type { Configuration } from '../config/configuration.ts';
import { displayNameOf, issuerOf, upstreamScopesOf } from '../config/identity-providers.ts';
import type { Secrets } from '../data/secrets.ts';
import type { UserPool } from '../data/user-pool.ts';

export interface IdentityProviderParts {
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  /** Identity provider id → user pool that the stack makes for it. */
  readonly userPools: Readonly<Record<string, UserPool>>;
}

/** Where people log in, in the shape of lambdas/runtime/settings.ts. */
export const identityProviderSettings = ({ configuration, secrets, userPools }: IdentityProviderParts) =>
  Object.fromEntries(
    Object.entries(configuration.identityProviders).map(([id, provider]) => [
      id,
      {
        kind: provider.kind,
        issuer: issuerOf(provider) ?? userPools[id]?.issuer,
        displayName: displayNameOf(provider),
        scopes: upstreamScopesOf(configuration, id),
        ...(provider.recheck ? { recheck: true } : {}),
        ...(provider.keepTokens ? { keepTokens: true } : {}),
        secretId: secrets.identityProviders[id]?.ref,
      },
    ]),
  );
