import { newId, newSecret, sha256 } from '../crypto.ts';
import { OAuthError } from '../oauth-error.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { AUTH_METHOD_STRENGTH } from './authentication.ts';
import type { Client } from './client.ts';
import { firstClientExpiry } from './lifetime.ts';
import { loopbackWithoutPort } from './redirect-uri.ts';
import type { ClientMetadata } from './registration-request.ts';

/**
 * The id of a public client: a digest of its metadata. The same metadata is always the same client, so a connector that
 * registers on every connection cannot fill the table. Ports of loopback redirect URIs do not count (RFC 8252 §7.3): a
 * program that listens on a new port in each run stays the same client, and its refresh token stays valid. The id never
 * begins with `https://`.
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
  /** Lets a confidential client read, update and delete its registration (RFC 7592 §3). */
  readonly registrationAccessToken?: string;
}

/** Creates a client from its metadata. Its secrets are returned once and stored as hashes only. `now` in epoch seconds. */
export const newRegisteredClient = (metadata: ClientMetadata, now: number): NewRegisteredClient => {
  const isConfidential = metadata.tokenEndpointAuthMethod !== 'none';
  const hasSecret = isConfidential && metadata.tokenEndpointAuthMethod !== 'private_key_jwt';
  const clientSecret = hasSecret ? `gh_cs_${newSecret()}` : undefined;
  const registrationAccessToken = isConfidential ? `gh_rat_${newSecret()}` : undefined;
  return withoutUndefined({
    client: withoutUndefined({
      clientId: isConfidential ? `gh_client_${newId()}` : publicClientId(metadata),
      source: 'registered',
      ...registeredMembers(metadata),
      clientSecretHash: clientSecret && sha256(clientSecret),
      registrationAccessTokenHash: registrationAccessToken && sha256(registrationAccessToken),
      issuedAt: now,
      expiresAt: firstClientExpiry(isConfidential, now),
    }),
    clientSecret,
    registrationAccessToken,
  });
};

/** The members of a client that come from its metadata. An update changes these and no others (RFC 7592 §2.2). */
export const registeredMembers = (
  metadata: ClientMetadata,
): Omit<Client, 'clientId' | 'source' | 'issuedAt' | 'expiresAt'> =>
  withoutUndefined({
    clientName: metadata.clientName,
    redirectUris: metadata.redirectUris,
    grantTypes: metadata.grantTypes,
    tokenEndpointAuthMethods: [metadata.tokenEndpointAuthMethod],
    applicationType: metadata.applicationType,
    ...metadata.keys,
  });

/**
 * A confidential client after an update (RFC 7592 §2.2): the new metadata replaces the former; id, secret and expiry stay.
 *
 * @throws OAuthError `invalid_client_metadata` when the authentication method would become weaker
 */
export const updatedClient = (client: Client, metadata: ClientMetadata): Client => {
  const [former = 'none'] = client.tokenEndpointAuthMethods;
  const method = metadata.tokenEndpointAuthMethod;
  if (AUTH_METHOD_STRENGTH[method] < AUTH_METHOD_STRENGTH[former]) {
    throw new OAuthError(
      'invalid_client_metadata',
      'token_endpoint_auth_method must not become weaker than the registered one. Register a new client instead.',
    );
  }
  const { clientId, source, clientSecretHash, registrationAccessTokenHash, issuedAt, expiresAt } = client;
  return withoutUndefined({
    clientId,
    source,
    ...registeredMembers(metadata),
    // A client that changes to signatures loses its secret.
    clientSecretHash: method === 'private_key_jwt' ? undefined : clientSecretHash,
    registrationAccessTokenHash,
    issuedAt,
    expiresAt,
  });
};
