import type { Client } from '../core/clients/client.ts';
import { clientInformation } from '../core/clients/information.ts';
import { extendedClientExpiry } from '../core/clients/lifetime.ts';
import { type NewRegisteredClient, newRegisteredClient, publicClientId } from '../core/clients/registration.ts';
import {
  type ClientMetadata,
  MAX_METADATA_BYTES,
  parseRegistrationRequest,
} from '../core/clients/registration-request.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { jsonBody } from '../runtime/http/json-body.ts';
import { type Handler, json, NO_STORE } from '../runtime/http/messages.ts';
import type { ClientStore, Clock, Log } from '../runtime/ports/index.ts';
import { type RegistrationAccess, requireRegistrationAccess } from './initial-access-token.ts';

export interface RegisterDeps extends RegistrationAccess {
  readonly issuer: string;
  /** Accepts a `jwks_uri` on `http://localhost` and `http://127.0.0.1`: for the local run only. */
  readonly allowLoopback?: boolean;
  readonly clients: ClientStore;
  readonly now: Clock;
  readonly log: Log;
}

/** Dynamic client registration (RFC 7591 §3). No URL in the metadata is fetched (catalogue #180). */
export const registerHandler =
  (deps: RegisterDeps): Handler =>
  async (request) => {
    const { allowLoopback = false, registration } = deps;
    await requireRegistrationAccess(deps, request);
    const body = jsonBody(request, MAX_METADATA_BYTES);
    const metadata = parseRegistrationRequest(body, { allowLoopback, redirectUriLimits: registration });
    const { client, isNew, ...secrets } =
      metadata.tokenEndpointAuthMethod === 'none'
        ? await registerPublicClient(deps, metadata)
        : await registerConfidentialClient(deps, metadata);
    deps.log('client_registered', {
      requestId: request.requestId,
      clientId: client.clientId,
      authMethod: metadata.tokenEndpointAuthMethod,
      isNew,
      droppedRedirectUris: metadata.droppedRedirectUris,
    });
    return json(201, clientInformation(deps.issuer, client, secrets), NO_STORE);
  };

interface Registration extends NewRegisteredClient {
  /** Whether it created a row. */
  readonly isNew: boolean;
}

/** The same metadata is the same client: one read, and one write if it is new or due for an extension (catalogue #171). */
const registerPublicClient = async (deps: RegisterDeps, metadata: ClientMetadata): Promise<Registration> => {
  const now = deps.now();
  const known = await deps.clients.findClient(publicClientId(metadata), now);
  const { client } = newRegisteredClient(metadata, now);
  if (!known) {
    await deps.clients.putClient(client);
    return { client, isNew: true };
  }
  if (known.blocked) throw blocked(known);
  const expiresAt = extendedClientExpiry(known.expiresAt, now);
  if (expiresAt !== undefined) await deps.clients.extendClient(known.clientId, expiresAt);
  // The order of lists and application_type are not part of the id, so they are returned as sent this time.
  return { client: { ...client, issuedAt: known.issuedAt }, isNew: false };
};

const registerConfidentialClient = async (deps: RegisterDeps, metadata: ClientMetadata): Promise<Registration> => {
  const registered = newRegisteredClient(metadata, deps.now());
  await deps.clients.putClient(registered.client);
  return { ...registered, isNew: true };
};

const blocked = ({ clientId }: Client): OAuthError =>
  new OAuthError(
    'access_denied',
    'The operator of this server has blocked this client. Ask the operator to unblock it.',
    { detail: `blocked client ${clientId}` },
  );
