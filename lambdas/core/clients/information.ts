import { withoutUndefined } from '../without-undefined.ts';
import type { Client } from './client.ts';
import type { NewRegisteredClient } from './registration.ts';

/** Returned once, or only to the holder of the registration access token. */
export type ClientSecrets = Pick<NewRegisteredClient, 'clientSecret' | 'registrationAccessToken'>;

/** The URL where a confidential client reads, updates and deletes its registration (RFC 7592 §2). */
export const registrationClientUri = (issuer: string, clientId: string): string =>
  `${issuer}/register/${encodeURIComponent(clientId)}`;

/** Client information response (RFC 7591 §3.2.1, RFC 7592 §3): what is registered, which may be less than requested. */
export const clientInformation = (issuer: string, client: Client, secrets: ClientSecrets = {}) => {
  const { clientSecret, registrationAccessToken } = secrets;
  const [method] = client.tokenEndpointAuthMethods;
  return withoutUndefined({
    client_id: client.clientId,
    client_id_issued_at: client.issuedAt,
    client_secret: clientSecret,
    // The secret expires with the registration, which every login extends. 0 means never (RFC 7591 §3.2.1).
    client_secret_expires_at: client.clientSecretHash === undefined ? undefined : (client.expiresAt ?? 0),
    registration_access_token: registrationAccessToken,
    registration_client_uri:
      registrationAccessToken === undefined ? undefined : registrationClientUri(issuer, client.clientId),
    client_name: client.clientName,
    redirect_uris: client.redirectUris,
    grant_types: client.grantTypes,
    response_types: ['code'],
    token_endpoint_auth_method: method ?? 'none',
    token_endpoint_auth_signing_alg: client.tokenEndpointAuthSigningAlg,
    jwks_uri: client.jwksUri,
    jwks: client.jwks,
    application_type: client.applicationType,
  });
};
