import { randomUUID } from 'node:crypto';
import { KEY_RING_ID } from '../../../lambdas/shared/adapters/dynamodb/key-ring-row.ts';
import { assertionForm } from '../client-assertions.ts';
import { formsOf } from '../html-form.ts';
import {
  authorizationRequest,
  type Code,
  callbackParameters,
  callMcp,
  type JsonAnswer,
  obtainCode,
  obtainSession,
  postForm,
  postRegistration,
  REDIRECT_URI,
  type RegisteredClient,
  redeem,
  refresh,
  registerClient,
  revoke,
  type Session,
} from '../oauth-requests.ts';
import { Person, type Seen } from '../person.ts';
import { basic } from '../post-form.ts';
import { codeAfterLogin, login } from './browser.ts';
import { type FlowUnderFaults, flow } from './flow.ts';
import type { WalkGround } from './walk-ground.ts';

// Every flow that the walk of faults goes over. A new one: what it needs, what is sent under the fault, what must hold
// when the fault is gone.

const must = (isSo: boolean, what: string): void => {
  if (!isSo) throw new Error(`afterwards: ${what}`);
};
const isOk = ({ status }: { readonly status: number }): boolean => status === 200;
const isInvalidGrant = ({ status, body }: JsonAnswer): boolean => status === 400 && body.error === 'invalid_grant';

const sessionOf = (client: RegisteredClient, { body }: JsonAnswer): Session => ({
  client,
  accessToken: body.access_token,
  refreshToken: body.refresh_token,
});

/** What was delivered works: the access token at the door, the refresh token once more. */
const mustWork = async (cloud: WalkGround, session: Session): Promise<void> => {
  const called = await callMcp(cloud.mcpUrl, session.accessToken);
  must(isOk(called), `the delivered access token is answered ${called.status}`);
  const refreshed = await refresh(cloud, session.client, session.refreshToken);
  must(
    isOk(refreshed),
    `the delivered refresh token is answered ${refreshed.status} ${JSON.stringify(refreshed.body)}`,
  );
};

const mustBeDead = async (cloud: WalkGround, { client, refreshToken }: Session): Promise<void> => {
  const answer = await refresh(cloud, client, refreshToken);
  must(isInvalidGrant(answer), `a token that was ended is answered ${answer.status} ${JSON.stringify(answer.body)}`);
};

/** Whatever a code yielded it yields once: whoever comes with it again gets nothing, and ends the family. */
const mustBeUsedUp = async (cloud: WalkGround, code: Code): Promise<void> => {
  const again = await redeem(cloud, code);
  must(isInvalidGrant(again), `the code is answered ${again.status} a second time`);
};

const signIn = (
  facts: Pick<FlowUnderFaults, 'name' | 'ownCalls'>,
  clientOf: (cloud: WalkGround) => Promise<RegisteredClient>,
  afterAWhile: (cloud: WalkGround) => Promise<void> = async () => {},
): FlowUnderFaults =>
  flow({
    ...facts,
    functions: ['Authorize', 'Consent', 'Callback'],
    before: async (cloud) => ({ client: await clientOf(cloud), person: new Person(cloud, `p${randomUUID()}`) }),
    under: async (stage, { client, person }) => {
      const request = authorizationRequest(stage.cloud, client);
      return { ...request, seen: await login(stage, person, request.url, () => afterAWhile(stage.cloud)) };
    },
    after: async (cloud, { seen, codeVerifier, state }, { client }) => {
      const parameters = callbackParameters(seen);
      must(
        parameters.get('state') === state && parameters.get('iss') === cloud.origin,
        'the answer is not the request’s',
      );
      const code = { client, codeVerifier, code: codeAfterLogin(seen) };
      must(isOk(await redeem(cloud, code)), 'the code that was delivered is not valid');
      await mustBeUsedUp(cloud, code);
    },
  });

/**
 * A function asks a host for ten documents a minute, and remembers for half of one that it did not answer: new
 * environments know nothing of that.
 */
const forgetHosts = async (cloud: WalkGround): Promise<void> => {
  await cloud.restartOnly('Authorize', 'Token');
  await new Person(cloud).open(authorizationRequest(cloud, await registerClient(cloud)).url);
};

let documentCount = 0;
/** A client that is known by its document alone; each a new one, whose document nobody has read. */
const documentClient = async (cloud: WalkGround, fields: object = {}): Promise<RegisteredClient> => {
  await forgetHosts(cloud);
  const name = `client.json?walk=${documentCount++}`;
  const client_id = cloud.documents.urlOf(name);
  cloud.documents.publish(name, { client_id, client_name: 'Document', redirect_uris: [REDIRECT_URI], ...fields });
  return { client_id };
};

/** A client whose keys are at a URL that nobody has read, after its login. */
const keyedClient = async (cloud: WalkGround) => {
  const jwks = `jwks.json?walk=${documentCount++}`;
  cloud.documents.publish(jwks, cloud.machine.key.jwks);
  return documentClient(cloud, {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: cloud.documents.urlOf(jwks),
  });
};
const assertionOf = async (cloud: WalkGround, { client_id }: RegisteredClient) =>
  assertionForm(await cloud.machine.key.sign(client_id, `${cloud.origin}/token`, Math.floor(Date.now() / 1000)));

const token = (cloud: WalkGround, form: Record<string, string>, headers: Record<string, string> = {}) =>
  postForm(`${cloud.origin}/token`, form, headers);

const userinfo = async (cloud: WalkGround, accessToken: string) => {
  const answer = await fetch(`${cloud.origin}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};

/** RFC 7592: one registration by its own token. */
const configure = async (method: string, uri: string, registrationAccessToken: string, body?: object) => {
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

const confidential = async (cloud: WalkGround) => {
  const { body } = await postRegistration(cloud, {
    client_name: `Walk ${randomUUID()}`,
    token_endpoint_auth_method: 'client_secret_post',
  });
  return body as Required<RegisteredClient> & {
    readonly registration_client_uri: string;
    readonly registration_access_token: string;
  };
};

/** The keys function as the operator's command calls it; a function that fails is what 503 is to others. */
export const keys = async (cloud: WalkGround, command: object) => {
  const logicalId = (await cloud.functions()).find((id) => /KeysFunction[0-9A-F]{8}$/.test(id)) ?? '';
  const { ok, result, errorMessage } = await cloud.invoke(logicalId, command);
  return { status: ok ? 200 : 503, headers: new Headers({ 'retry-after': '0' }), body: result ?? errorMessage };
};
let firstRing: unknown;
/** The key ring of the deployment, as if no rotation had begun, so that each walk begins one. */
export const putBackRing = async (cloud: WalkGround): Promise<void> => {
  const TableName = (await cloud.tables()).find((name) => name.includes('Keys'));
  const { Item } = await cloud.asOperator('dynamodb', 'GetItem', { TableName, Key: { id: { S: KEY_RING_ID } } });
  firstRing ??= Item;
  await cloud.asOperator('dynamodb', 'PutItem', { TableName, Item: firstRing });
};

interface Ring {
  readonly keys: readonly { readonly state: string }[];
}

export const FLOWS: readonly FlowUnderFaults[] = [
  flow({
    name: 'registration',
    survivesOutages: true,
    functions: ['Register'],
    before: async () => ({ client_name: `Walk ${randomUUID()}` }),
    under: (stage, metadata) => stage.send(() => postRegistration(stage.cloud, metadata)),
    after: async (cloud, { body }) => {
      const seen = await new Person(cloud).open(authorizationRequest(cloud, body).url);
      must(seen.status === 200, `the client that was registered is answered ${seen.status}`);
    },
  }),
  flow({
    name: 'registration read, changed and deleted',
    functions: ['ClientConfiguration'],
    before: confidential,
    under: async (stage, { client_id, registration_client_uri: uri, registration_access_token: accessToken }) => {
      await stage.send(() => configure('GET', uri, accessToken));
      const metadata = {
        client_id,
        client_name: 'Changed',
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_post',
      };
      await stage.send(() => configure('PUT', uri, accessToken, metadata));
      // Deleted, and the answer was lost: the next one finds nothing, which says the same.
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
  signIn({ name: 'login of a registered client' }, (cloud) => registerClient(cloud)),
  signIn({ name: 'login of a document’s client', ownCalls: /client\.json|Clients/ }, documentClient, forgetHosts),
  flow({
    name: 'refusal by the person',
    functions: ['Authorize', 'Consent'],
    before: async (cloud) => ({ client: await registerClient(cloud), person: new Person(cloud) }),
    under: async (stage, { client, person }): Promise<Seen> => {
      const seen = await stage.send(() => person.open(authorizationRequest(stage.cloud, client).url));
      const [form] = formsOf(seen.html);
      if (form === undefined) throw new Error('no consent form');
      return stage.send(() => person.submit(seen, form, { decision: 'deny' }));
    },
    after: async (_, seen) =>
      must(callbackParameters(seen).get('error') === 'access_denied', 'the client was not told'),
  }),
  flow({
    name: 'redemption of a code',
    survivesOutages: true,
    functions: ['Token'],
    before: async (cloud) => obtainCode(cloud, await registerClient(cloud)),
    under: (stage, code) => stage.send(() => redeem(stage.cloud, code)),
    after: async (cloud, answer, code) => {
      await mustWork(cloud, sessionOf(code.client, answer));
      await mustBeUsedUp(cloud, code);
      await mustBeDead(cloud, sessionOf(code.client, answer));
    },
  }),
  flow({
    name: 'redemption with a key behind a URL',
    functions: ['Token'],
    ownCalls: /\.json|Assertions/,
    before: async (cloud) => obtainCode(cloud, await keyedClient(cloud)),
    // Whoever signs anew for every attempt is never taken for somebody who replays an assertion.
    under: (stage, code) =>
      stage.send(async () => redeem(stage.cloud, code, await assertionOf(stage.cloud, code.client)), {
        again: async () => {
          await forgetHosts(stage.cloud);
          return redeem(stage.cloud, code, await assertionOf(stage.cloud, code.client));
        },
      }),
    after: async (cloud, answer, { client }) => {
      const form = await assertionOf(cloud, client);
      must(isOk(await refresh(cloud, client, answer.body.refresh_token, form)), 'the refresh token does not work');
    },
  }),
  flow({
    name: 'a code for the second time',
    survivesOutages: true,
    functions: ['Token'],
    isFinal: true,
    before: async (cloud) => {
      const code = await obtainCode(cloud, await registerClient(cloud));
      return { code, session: sessionOf(code.client, await redeem(cloud, code)) };
    },
    under: (stage, { code }) => stage.send(() => redeem(stage.cloud, code), { isGood: isInvalidGrant }),
    after: (cloud, _, { session }) => mustBeDead(cloud, session),
  }),
  flow({
    name: 'refresh',
    survivesOutages: true,
    functions: ['Token'],
    before: (cloud) => obtainSession(cloud),
    under: (stage, { client, refreshToken }) => stage.send(() => refresh(stage.cloud, client, refreshToken)),
    after: async (cloud, answer, { client, refreshToken }) => {
      // One live lineage: within the grace time the predecessor yields the very same successor.
      const again = await refresh(cloud, client, refreshToken);
      must(again.body.refresh_token === answer.body.refresh_token, 'the family has two successors');
      await mustWork(cloud, sessionOf(client, answer));
    },
  }),
  flow({
    name: 'refresh again, since the answer was lost',
    survivesOutages: true,
    functions: ['Token'],
    before: async (cloud) => {
      const session = await obtainSession(cloud);
      const { body } = await refresh(cloud, session.client, session.refreshToken);
      return { ...session, successor: body.refresh_token as string };
    },
    under: (stage, { client, refreshToken }) => stage.send(() => refresh(stage.cloud, client, refreshToken)),
    after: async (cloud, answer, { client, successor }) => {
      must(answer.body.refresh_token === successor, 'the family has two successors');
      await mustWork(cloud, sessionOf(client, answer));
    },
  }),
  flow({
    name: 'reuse of a refresh token',
    survivesOutages: true,
    functions: ['Token'],
    isFinal: true,
    before: async (cloud) => {
      const first = await obtainSession(cloud);
      const second = sessionOf(first.client, await refresh(cloud, first.client, first.refreshToken));
      const third = sessionOf(first.client, await refresh(cloud, first.client, second.refreshToken));
      return { first, third };
    },
    under: (stage, { first }) =>
      stage.send(() => refresh(stage.cloud, first.client, first.refreshToken), { isGood: isInvalidGrant }),
    after: (cloud, _, { third }) => mustBeDead(cloud, third),
  }),
  flow({
    name: 'revocation',
    survivesOutages: true,
    functions: ['Revoke'],
    isFinal: true,
    before: (cloud) => obtainSession(cloud),
    under: (stage, { client, refreshToken }) => stage.send(() => revoke(stage.cloud, client, refreshToken)),
    after: (cloud, _, session) => mustBeDead(cloud, session),
  }),
  flow({
    name: 'introspection',
    survivesOutages: true,
    functions: ['Introspect'],
    before: async (cloud) => obtainSession(cloud, { client: await confidential(cloud) }),
    under: (stage, { client: { client_id, client_secret }, accessToken }) =>
      stage.send(() => postForm(`${stage.cloud.origin}/introspect`, { client_id, client_secret, token: accessToken })),
    after: async (_, { body }) => must(body.active === true, 'the live token is called inactive'),
  }),
  flow({
    name: 'userinfo',
    survivesOutages: true,
    functions: ['Userinfo'],
    before: (cloud) => obtainSession(cloud),
    under: (stage, { accessToken }) => stage.send(() => userinfo(stage.cloud, accessToken)),
  }),
  flow({
    name: 'a machine’s token, by secret',
    survivesOutages: true,
    functions: ['Token'],
    before: async ({ machine }) => ({ authorization: basic(machine.clientId, machine.clientSecret) }),
    under: (stage, headers) =>
      stage.send(() => token(stage.cloud, { grant_type: 'client_credentials', resource: stage.cloud.mcpUrl }, headers)),
    after: async (cloud, { body }) =>
      must(isOk(await callMcp(cloud.mcpUrl, body.access_token)), 'the machine’s token does not work'),
  }),
  flow({
    name: 'a machine’s token, by key',
    functions: ['Token'],
    before: async () => undefined,
    under: (stage) =>
      stage.send(async () => {
        const form = await assertionOf(stage.cloud, { client_id: stage.cloud.machine.keyClientId });
        return token(stage.cloud, { grant_type: 'client_credentials', resource: stage.cloud.mcpUrl, ...form });
      }),
  }),
  flow({
    name: 'tool call',
    survivesOutages: true,
    functions: ['Authorizer', 'Inspector'],
    before: (cloud) => obtainSession(cloud),
    under: (stage, { accessToken }) => stage.send(() => callMcp(stage.cloud.mcpUrl, accessToken)),
  }),
  flow({
    name: 'published keys',
    survivesOutages: true,
    functions: ['Jwks'],
    before: async () => undefined,
    under: (stage) =>
      stage.send(() =>
        fetch(`${stage.cloud.origin}/.well-known/jwks.json`, {
          headers: { origin: `https://${randomUUID()}.example` },
        }),
      ),
  }),
  flow({
    name: 'a step of key rotation, and one mark',
    functions: ['Keys'],
    before: putBackRing,
    under: async (stage) => {
      await stage.send(() => keys(stage.cloud, { action: 'rotate' }));
      return stage.send(() => keys(stage.cloud, { action: 'setNotBefore', clientId: randomUUID() }));
    },
    after: async (cloud, { body }) => {
      const states = (body as Ring).keys.map(({ state }) => state).sort();
      must(states.join() === 'active,next', `the ring holds ${states.join()}`);
      await mustWork(cloud, await obtainSession(cloud));
    },
  }),
];
