import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { IdentityProvider } from '../../identity-providers.ts';
import type { Clock } from '../../ports.ts';
import { SecretsManagerCredentials } from '../secrets-manager/client-credentials.ts';
import { OidcIdentityProvider } from './oidc.ts';

interface IdentityProviderSettings {
  readonly displayName: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly secretId: string;
}

/** The configured identity providers, each with its own callback (RFC 9700 §4.4.2.2). */
export const connectIdentityProviders = (
  settings: Readonly<Record<string, IdentityProviderSettings>>,
  issuer: string,
  secrets: SecretsManagerClient,
  now: Clock,
): ReadonlyMap<string, IdentityProvider> =>
  new Map(
    Object.entries(settings).map(([id, { displayName, secretId, ...provider }]) => {
      const credentials = new SecretsManagerCredentials(secrets, secretId, now);
      const redirectUri = `${issuer}/callback/${id}`;
      return [
        id,
        { id, displayName, idp: new OidcIdentityProvider({ id, ...provider, redirectUri }, credentials, now) },
      ];
    }),
  );
