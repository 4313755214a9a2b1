import { randomUUID } from 'node:crypto';
import { User } from '../../browser/user.ts';
import { assertionForm } from '../../credentials/client-assertions.ts';
import {
  authorizationRequest,
  obtainSession,
  postRegistration,
  REDIRECT_URI,
  type RegisteredClient,
  registerClient,
  type Session,
} from '../../http/oauth-requests.ts';
import type { WalkGround } from '../walk-ground.ts';

// Clients for the walk. Each is new, because a client whose codes and tokens are refused too often is rate limited.

export const newClient = (cloud: WalkGround): Promise<RegisteredClient> =>
  registerClient(cloud, { client_name: `Walk ${randomUUID()}` });

export const newSession = async (cloud: WalkGround): Promise<Session> =>
  obtainSession(cloud, { client: await newClient(cloud) });

/**
 * A function fetches at most ten documents a minute from a host, and remembers a failure for half a minute. New
 * environments have forgotten both.
 */
export const forgetHosts = async (cloud: WalkGround): Promise<void> => {
  cloud.restart('Authorize', 'Token');
  await new User(cloud).open(authorizationRequest(cloud, await registerClient(cloud)).url);
};

/** A function fetches no more than three documents for a client, so that these stay below the limit of a host. */
const CLIENTS_BETWEEN_RESTARTS = 3;

let clientCount = 0;
let documentCount = 0;
/** A new client with a metadata document that no function has read yet. */
export const documentClient = async (cloud: WalkGround, fields: object = {}): Promise<RegisteredClient> => {
  if (clientCount++ % CLIENTS_BETWEEN_RESTARTS === 0) await forgetHosts(cloud);
  const name = `client.json?walk=${documentCount++}`;
  const client_id = cloud.documents.urlOf(name);
  cloud.documents.publish(name, { client_id, client_name: 'Document', redirect_uris: [REDIRECT_URI], ...fields });
  return { client_id };
};

/** A client after its login, with a key set at a URL that no function has read yet. */
export const keyedClient = async (cloud: WalkGround) => {
  const jwks = `jwks.json?walk=${documentCount++}`;
  cloud.documents.publish(jwks, cloud.machine.key.jwks);
  return documentClient(cloud, {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: cloud.documents.urlOf(jwks),
  });
};
export const assertionOf = async (cloud: WalkGround, { client_id }: RegisteredClient) =>
  assertionForm(await cloud.machine.key.sign(client_id, `${cloud.origin}/token`, Math.floor(Date.now() / 1000)));

export const confidential = async (cloud: WalkGround) => {
  const { body } = await postRegistration(cloud, {
    client_name: `Walk ${randomUUID()}`,
    token_endpoint_auth_method: 'client_secret_post',
  });
  return body as Required<RegisteredClient> & {
    readonly registration_client_uri: string;
    readonly registration_access_token: string;
  };
};
