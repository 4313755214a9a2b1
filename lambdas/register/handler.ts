import type { Client } from '../shared/core/client.ts';
import { extendedClientExpiry } from '../shared/core/client-lifetime.ts';
import {
  type ClientMetadata,
  negotiateClientMetadata,
  newRegisteredClient,
  publicClientId,
} from '../shared/core/client-metadata.ts';
import { jsonBody } from '../shared/http/json-body.ts';
import { type Flow, json, NO_STORE } from '../shared/http/message.ts';
import type { ClientStore, Clock, Log } from '../shared/ports.ts';

/** Real registrations have about 1 KB. */
const MAX_BODY_BYTES = 16_384;

export interface RegisterDeps {
  readonly clients: ClientStore;
  readonly now: Clock;
  readonly log: Log;
}

/** Dynamic client registration (RFC 7591 §3). Nothing that the metadata names is fetched (catalogue #180). */
export const registerFlow =
  (deps: RegisterDeps): Flow =>
  async (request) => {
    const metadata = negotiateClientMetadata(jsonBody(request, MAX_BODY_BYTES));
    const { client, clientSecret } =
      metadata.tokenEndpointAuthMethod === 'none'
        ? { client: await registerPublicClient(deps, metadata) }
        : await registerConfidentialClient(deps, metadata);
    deps.log('client_registered', {
      requestId: request.requestId,
      clientId: client.clientId,
      authMethod: metadata.tokenEndpointAuthMethod,
    });
    return json(201, registrationResponse(client, metadata, clientSecret), NO_STORE);
  };

/** The same metadata is the same client: one read, and a write only when it is new or its life is due (catalogue #171). */
const registerPublicClient = async (deps: RegisterDeps, metadata: ClientMetadata): Promise<Client> => {
  const now = deps.now();
  const known = await deps.clients.findClient(publicClientId(metadata), now);
  if (!known) {
    const { client } = newRegisteredClient(metadata, now);
    await deps.clients.putClient(client);
    return client;
  }
  const expiresAt = extendedClientExpiry(known.expiresAt, now);
  if (expiresAt !== undefined) await deps.clients.extendClient(known.clientId, expiresAt);
  return known;
};

const registerConfidentialClient = async (deps: RegisterDeps, metadata: ClientMetadata) => {
  const registered = newRegisteredClient(metadata, deps.now());
  await deps.clients.putClient(registered.client);
  return registered;
};

/** RFC 7591 §3.2.1: what holds, which may be less than what was asked for. */
const registrationResponse = (client: Client, metadata: ClientMetadata, clientSecret: string | undefined) => ({
  client_id: client.clientId,
  client_id_issued_at: client.issuedAt,
  // The secret itself never expires; a registration that nobody uses does, and then answers invalid_client.
  ...(clientSecret === undefined ? {} : { client_secret: clientSecret, client_secret_expires_at: 0 }),
  ...(metadata.clientName === undefined ? {} : { client_name: metadata.clientName }),
  redirect_uris: metadata.redirectUris,
  grant_types: metadata.grantTypes,
  response_types: ['code'],
  token_endpoint_auth_method: metadata.tokenEndpointAuthMethod,
  ...(metadata.applicationType === undefined ? {} : { application_type: metadata.applicationType }),
});
