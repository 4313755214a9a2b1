import type { Client } from '../core/clients/client.ts';
import {
  type ClientMetadata,
  parseRegistrationRequest,
  type RegistrationRequestOptions,
} from '../core/clients/registration-request.ts';
import { constantTimeEqual, sha256 } from '../core/crypto.ts';
import { isJsonObject } from '../core/json.ts';
import { OAuthError } from '../core/oauth-error.ts';

/** Members that the server assigns: an update that contains one of them is refused (RFC 7592 §2.2). */
const SERVER_ASSIGNED_MEMBERS = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
] as const;

/**
 * Parses the metadata of an update request (RFC 7592 §2.2). `client_id` is required. `client_secret` may be sent, but must
 * be the current one, because a client cannot choose its secret. An omitted authentication method stays the same.
 *
 * @throws OAuthError `invalid_client_metadata` or `invalid_redirect_uri`
 */
export const parseUpdateRequest = (
  body: unknown,
  client: Client,
  options: RegistrationRequestOptions,
): ClientMetadata => {
  const members = new Map(Object.entries(isJsonObject(body) ? body : {}));
  const extra = SERVER_ASSIGNED_MEMBERS.find((name) => members.has(name));
  if (extra !== undefined) throw invalid(`${extra} is assigned by the server. Leave it out.`);
  if (members.get('client_id') !== client.clientId) {
    throw invalid('client_id must be the one of this registration.');
  }
  const secret = members.get('client_secret') ?? undefined;
  if (secret !== undefined && !isSecretOf(client, secret)) {
    throw invalid('client_secret must be the issued one. Leave it out.');
  }
  const method = members.get('token_endpoint_auth_method') ?? client.tokenEndpointAuthMethods[0];
  return parseRegistrationRequest({ ...Object.fromEntries(members), token_endpoint_auth_method: method }, options);
};

const isSecretOf = ({ clientSecretHash }: Client, secret: unknown): boolean =>
  typeof secret === 'string' && clientSecretHash !== undefined && constantTimeEqual(sha256(secret), clientSecretHash);

const invalid = (description: string): OAuthError => new OAuthError('invalid_client_metadata', description);
