import { CLIENT_ID } from '../core/authorization/request.ts';
import type { Client } from '../core/clients/client.ts';
import { clientInformation } from '../core/clients/information.ts';
import { updatedClient } from '../core/clients/registration.ts';
import type { RegistrationPolicy } from '../core/clients/registration-policy.ts';
import { MAX_METADATA_BYTES } from '../core/clients/registration-request.ts';
import { constantTimeEqual, sha256 } from '../core/crypto.ts';
import { OAuthError } from '../core/oauth-error.ts';
import { bearerToken } from '../core/tokens/bearer.ts';
import { jsonBody } from '../runtime/http/json-body.ts';
import { type Handler, type HttpRequest, type HttpResponse, json, NO_STORE } from '../runtime/http/messages.ts';
import type { ClientStore, Clock, Log } from '../runtime/ports/index.ts';
import { parseUpdateRequest } from './update-request.ts';

export interface ClientConfigurationDeps {
  readonly issuer: string;
  /** Accepts a `jwks_uri` on `http://localhost` and `http://127.0.0.1`: for the local run only. */
  readonly allowLoopback?: boolean;
  readonly registration: RegistrationPolicy;
  readonly clients: ClientStore;
  readonly now: Clock;
  readonly log: Log;
}

/** A client that presented the registration access token of its registration. */
interface Registrant {
  readonly client: Client;
  readonly registrationAccessToken: string;
}

/** Client configuration endpoint (RFC 7592 §2): a confidential client reads, updates or deletes its registration. */
export const clientConfigurationHandler =
  (deps: ClientConfigurationDeps): Handler =>
  async (request) => {
    const registrant = await authenticateRegistrant(deps, request);
    switch (request.method) {
      case 'PUT':
        return updateRegistration(deps, request, registrant);
      case 'DELETE':
        return deleteRegistration(deps, request, registrant);
      default:
        return readRegistration(deps, registrant);
    }
  };

/** Unknown, gone, blocked, public, or a wrong token: one answer (RFC 7592 §2.1, RFC 6750 §3.1). */
const authenticateRegistrant = async (deps: ClientConfigurationDeps, request: HttpRequest): Promise<Registrant> => {
  const registrationAccessToken = bearerToken(request.headers.get('authorization') ?? []);
  if (registrationAccessToken === undefined) throw notAuthenticated('there is no bearer token');
  const clientId = request.pathParameters.client_id ?? '';
  if (!CLIENT_ID.test(clientId)) throw notAuthenticated('the path has no client id');
  const client = await deps.clients.findClient(clientId, deps.now());
  const expected = client?.registrationAccessTokenHash;
  if (!client || client.blocked || expected === undefined) throw notAuthenticated('there is no such registration');
  if (!constantTimeEqual(sha256(registrationAccessToken), expected)) throw notAuthenticated('it is wrong');
  return { client, registrationAccessToken };
};

/** RFC 7592 §2.1. The response contains no client secret, because only its hash is stored. */
const readRegistration = (
  deps: ClientConfigurationDeps,
  { client, registrationAccessToken }: Registrant,
): HttpResponse => json(200, clientInformation(deps.issuer, client, { registrationAccessToken }), NO_STORE);

/** RFC 7592 §2.2: the new metadata replaces all of the former. The expiry of the client stays. */
const updateRegistration = async (
  deps: ClientConfigurationDeps,
  request: HttpRequest,
  { client, registrationAccessToken }: Registrant,
): Promise<HttpResponse> => {
  const { allowLoopback = false, registration } = deps;
  if (registration.dynamic === 'off') throw updatesAreOff();
  const body = jsonBody(request, MAX_METADATA_BYTES);
  const metadata = parseUpdateRequest(body, client, { allowLoopback, redirectUriLimits: registration });
  const updated = updatedClient(client, metadata);
  if ((await deps.clients.updateClient(updated)) === 'gone')
    throw notAuthenticated('the registration was deleted in the meantime');
  deps.log('client_updated', {
    requestId: request.requestId,
    clientId: client.clientId,
    droppedRedirectUris: metadata.droppedRedirectUris,
  });
  return json(200, clientInformation(deps.issuer, updated, { registrationAccessToken }), NO_STORE);
};

/** RFC 7592 §2.3. A deleted client gets invalid_client at the token endpoint, so its grants end too (catalogue #183). */
const deleteRegistration = async (
  deps: ClientConfigurationDeps,
  request: HttpRequest,
  { client }: Registrant,
): Promise<HttpResponse> => {
  await deps.clients.deleteClient(client.clientId);
  deps.log('client_deleted', { requestId: request.requestId, clientId: client.clientId });
  return { status: 204, headers: NO_STORE };
};

/** RFC 7592 §2.2: 403 if a client may not update its record. New metadata is what the operator has switched off. */
const updatesAreOff = (): OAuthError =>
  new OAuthError(
    'access_denied',
    'Dynamic client registration is off, so this registration can only be read or deleted.',
  );

const notAuthenticated = (detail: string): OAuthError =>
  new OAuthError(
    'invalid_token',
    'The registration access token is missing or wrong. Send the registration_access_token of this client as a bearer token.',
    {
      detail: `registration access token: ${detail}`,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    },
  );
