import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type AccessPolicy, neededClaims } from '../../core/authorization/access-rules.ts';
import type { IdentityProviderKind } from '../../core/upstream/provider-kinds.ts';
import { SecretsManagerCredentials } from '../adapters/secrets-manager/client-credentials.ts';
import { GithubIdentityProvider } from '../adapters/upstream/github.ts';
import { OidcIdentityProvider } from '../adapters/upstream/oidc.ts';
import type { Clock } from '../ports/index.ts';
import type { IdentityProvider } from '../services/identity-providers.ts';

interface IdentityProviderSettings {
  readonly kind: IdentityProviderKind;
  /** By default its id. */
  readonly displayName?: string | undefined;
  readonly issuer: string;
  /** By default those of OpenID Connect Core §5.4 for e-mail address and name. */
  readonly scopes?: readonly string[] | undefined;
  readonly secretId: string;
  readonly recheck?: boolean | undefined;
  readonly keepTokens?: boolean | undefined;
}

const DEFAULT_SCOPES = ['openid', 'email', 'profile'];

/** The configured identity providers, each with its own callback (RFC 9700 §4.4.2.2). Of claims they keep what the rules look at. */
export const connectIdentityProviders = (
  settings: Readonly<Record<string, IdentityProviderSettings>>,
  issuer: string,
  secrets: SecretsManagerClient,
  now: Clock,
  access: AccessPolicy = { providers: {} },
): ReadonlyMap<string, IdentityProvider> =>
  new Map(
    Object.entries(settings).map(([id, { displayName = id, secretId, kind, recheck, keepTokens, ...provider }]) => {
      const credentials = new SecretsManagerCredentials(secrets, secretId, now);
      const known = {
        id,
        issuer: provider.issuer,
        scopes: provider.scopes ?? DEFAULT_SCOPES,
        claims: neededClaims(access, id, kind),
        redirectUri: `${issuer}/callback/${id}`,
      };
      const isOffline = recheck === true || keepTokens === true;
      const idp =
        kind === 'github'
          ? new GithubIdentityProvider(known, credentials, now)
          : new OidcIdentityProvider({ ...known, kind, isOffline }, credentials, now);
      return [id, { id, kind, issuer: known.issuer, displayName, idp, recheck, keepTokens }];
    }),
  );
