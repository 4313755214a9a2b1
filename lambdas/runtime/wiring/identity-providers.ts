import { type AccessPolicy, neededClaims } from '../../core/authorization/access-rules.ts';
import * as settings from '../../core/settings.ts';
import { secretsManagerClient } from '../adapters/aws-clients.ts';
import { systemClock } from '../adapters/clock.ts';
import { SecretsManagerCredentials } from '../adapters/secrets-manager/client-credentials.ts';
import { GithubIdentityProvider } from '../adapters/upstream/github.ts';
import { OidcIdentityProvider } from '../adapters/upstream/oidc.ts';
import type { IdentityProvider } from '../services/identity-providers.ts';
import { read } from '../settings.ts';

const DEFAULT_SCOPES = ['openid', 'email', 'profile'];

/**
 * The configured identity providers by id, each with a callback of its own (RFC 9700 §4.4.2.2).
 *
 * @param access the rules that decide which claims a provider keeps; by default none
 */
export const connectIdentityProviders = (
  issuer: string,
  access: AccessPolicy = { providers: {} },
): ReadonlyMap<string, IdentityProvider> =>
  new Map(
    Object.entries(read(settings.identityProviders)).map(
      ([id, { displayName = id, secretId, kind, recheck, keepTokens, ...provider }]) => {
        const credentials = new SecretsManagerCredentials(secretsManagerClient(), secretId, systemClock);
        const known = {
          id,
          issuer: provider.issuer,
          scopes: provider.scopes ?? DEFAULT_SCOPES,
          claims: neededClaims(access, id, kind),
          redirectUri: `${issuer}/callback/${id}`,
          tokenEndpointAuthentication: provider.tokenEndpointAuthentication,
        };
        const isOffline = recheck === true || keepTokens === true;
        const idp =
          kind === 'github'
            ? new GithubIdentityProvider(known, credentials, systemClock)
            : new OidcIdentityProvider({ ...known, kind, isOffline }, credentials, systemClock);
        return [id, { id, kind, issuer: known.issuer, displayName, idp, recheck, keepTokens }];
      },
    ),
  );
