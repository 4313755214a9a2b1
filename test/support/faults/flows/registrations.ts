import { randomUUID } from 'node:crypto';
import { User } from '../../browser/user.ts';
import { authorizationRequest, postRegistration, REDIRECT_URI } from '../../http/oauth-requests.ts';
import { type FlowUnderFaults, flow } from '../flow.ts';
import { must } from './afterwards.ts';
import { confidential } from './clients.ts';

/** Calls the client configuration endpoint (RFC 7592) with the registration's own token. */
export const configure = async (method: string, uri: string, registrationAccessToken: string, body?: object) => {
  const answer = await fetch(uri, {
    method,
    headers: {
      authorization: `Bearer ${registrationAccessToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};

/** The complete metadata of a registration, with another name. */
export const changed = (clientId: string) => ({
  client_id: clientId,
  client_name: 'Changed',
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'client_secret_post',
});

export const REGISTRATIONS: readonly FlowUnderFaults[] = [
  flow({
    name: 'registration',
    survivesOutages: true,
    functions: ['Register'],
    before: async () => ({ client_name: `Walk ${randomUUID()}` }),
    under: (stage, metadata) => stage.send(() => postRegistration(stage.cloud, metadata)),
    after: async (cloud, { body }) => {
      const seen = await new User(cloud).open(authorizationRequest(cloud, body).url);
      must(seen.status === 200, `the client that was registered is answered ${seen.status}`);
    },
  }),
  flow({
    name: 'registration read, changed and deleted',
    functions: ['ClientConfiguration'],
    before: confidential,
    under: async (stage, { client_id, registration_client_uri: uri, registration_access_token: accessToken }) => {
      await stage.send(() => configure('GET', uri, accessToken));
      await stage.send(() => configure('PUT', uri, accessToken, changed(client_id)));
      // If only the answer was lost, the registration is gone, and the retry is answered with 401.
      let isDeleted = false;
      const isGone = ({ status }: { status: number }) => status === 204 || (isDeleted && status === 401);
      const again = () => {
        isDeleted = true;
        return configure('DELETE', uri, accessToken);
      };
      await stage.send(() => configure('DELETE', uri, accessToken), { isGood: isGone, again });
    },
    after: async (_, __, { registration_client_uri: uri, registration_access_token: accessToken }) => {
      must((await configure('GET', uri, accessToken)).status === 401, 'the deleted registration is still there');
    },
  }),
];
