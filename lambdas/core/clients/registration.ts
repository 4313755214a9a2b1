import { newId, newSecret, sha256 } from '../crypto.ts';
import { OAuthError } from '../oauth-error.ts';
import { AUTH_METHOD_STRENGTH } from './authentication.ts';
import type { Client } from './client.ts';
import { firstClientExpiry } from './lifetime.ts';
import { loopbackWithoutPort } from './redirect-uri.ts';
import type { ClientMetadata } from './registration-request.ts';

/**
 * Id of a public client: a digest of what it registered, so that the same metadata always is the same client and no
 * connector that registers anew on every connection can fill the table. Ports of loopback redirect URIs do not count:
 * a program that listens on another port in each run stays the same client, and its refresh token stays good
 * (RFC 8252 §7.3). Never begins with `https://`.
 */
export const publicClientId = (metadata: ClientMetadata): string =>
  `gh_client_${sha256(
    JSON.stringify([
      1,
      metadata.clientName ?? null,
      [...new Set(metadata.redirectUris.map((uri) => loopbackWithoutPort(uri) ?? uri))].sort(),
      [...metadata.grantTypes].sort(),
    ]),
  )}`;

export interface NewRegisteredClient {
  readonly client: Client;
  readonly clientSecret?: string;
  /** Lets a confidential client read, change and delete its registration (RFC 7592 §3). */
  readonly registrationAccessToken?: string;
}

/** A new client from its metadata; what a confidential one gets to prove itself is told once and stored as a hash. */
export const newRegisteredClient = (metadata: ClientMetadata, now: number): NewRegisteredClient => {
  const isConfidential = metadata.tokenEndpointAuthMethod !== 'none';
  const hasSecret = isConfidential && metadata.tokenEndpointAuthMethod !== 'private_key_jwt';
  const clientSecret = hasSecret ? `gh_cs_${newSecret()}` : undefined;
  const registrationAccessToken = isConfidential ? `gh_rat_${newSecret()}` : undefined;
  return {
    client: {
      clientId: isConfidential ? `gh_client_${newId()}` : publicClientId(metadata),
      source: 'registered',
      ...registeredMembers(metadata),
      ...(clientSecret === undefined ? {} : { clientSecretHash: sha256(clientSecret) }),
      ...(registrationAccessToken === undefined
        ? {}
        : { registrationAccessTokenHash: sha256(registrationAccessToken) }),
      issuedAt: now,
      expiresAt: firstClientExpiry(isConfidential, now),
    },
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(registrationAccessToken === undefined ? {} : { registrationAccessToken }),
  };
};

/** What of a client its metadata decides: these members, and no others, change with them (RFC 7592 §2.2). */
export const registeredMembers = (
  metadata: ClientMetadata,
): Omit<Client, 'clientId' | 'source' | 'issuedAt' | 'expiresAt'> => ({
  ...(metadata.clientName === undefined ? {} : { clientName: metadata.clientName }),
  redirectUris: metadata.redirectUris,
  grantTypes: metadata.grantTypes,
  tokenEndpointAuthMethods: [metadata.tokenEndpointAuthMethod],
  ...(metadata.applicationType === undefined ? {} : { applicationType: metadata.applicationType }),
  ...metadata.keys,
});

/**
 * A confidential client after an update: the new metadata instead of the former, its id, secret and life as they were
 * (RFC 7592 §2.2).
 * @throws OAuthError `invalid_client_metadata` where it would authenticate by less than before
 */
export const updatedClient = (client: Client, metadata: ClientMetadata): Client => {
  const [former = 'none'] = client.tokenEndpointAuthMethods;
  const method = metadata.tokenEndpointAuthMethod;
  if (AUTH_METHOD_STRENGTH[method] < AUTH_METHOD_STRENGTH[former]) {
    throw new OAuthError(
      'invalid_client_metadata',
      'token_endpoint_auth_method must not become weaker. Register a new client instead.',
    );
  }
  const { clientId, source, clientSecretHash, registrationAccessTokenHash, issuedAt, expiresAt } = client;
  return {
    clientId,
    source,
    ...registeredMembers(metadata),
    // A client that signs from now on has no secret any more.
    ...(clientSecretHash === undefined || method === 'private_key_jwt' ? {} : { clientSecretHash }),
    ...(registrationAccessTokenHash === undefined ? {} : { registrationAccessTokenHash }),
    issuedAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
};
