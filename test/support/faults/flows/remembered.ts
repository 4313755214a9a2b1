import { randomUUID } from 'node:crypto';
import { type Seen, User } from '../../browser/user.ts';
import { formsOf } from '../../http/html-form.ts';
import {
  authorizationRequest,
  obtainCode,
  type RegisteredClient,
  redeem,
  registerClient,
  type Session,
} from '../../http/oauth-requests.ts';
import { codeAfterLogin, login, TYPED_ADDRESS } from '../browser.ts';
import { type FlowUnderFaults, flow } from '../flow.ts';
import type { Stage } from '../stage.ts';
import type { WalkGround } from '../walk-ground.ts';
import { isOk, must, mustBeDead, sessionOf } from './afterwards.ts';

/** Consents are remembered only for clients with credentials and an https redirect URI. */
const WEBSITE = { redirect_uri: 'https://client.example.com/callback' };

/** A new user, and a client for which a consent can be remembered. */
const strangers = async (cloud: WalkGround) => ({
  user: new User(cloud, `p${randomUUID().slice(0, 8)}`),
  client: await registerClient(cloud, {
    client_name: `Walk ${randomUUID()}`,
    redirect_uris: [WEBSITE.redirect_uri],
    token_endpoint_auth_method: 'client_secret_post',
  }),
});

/** The same two, connected, with the consent remembered. */
const acquainted = async (cloud: WalkGround): Promise<{ user: User; client: RegisteredClient; session: Session }> => {
  const { user, client } = await strangers(cloud);
  const code = await obtainCode(cloud, client, { user, remember: true, parameters: WEBSITE });
  return { user, client, session: sessionOf(client, await redeem(cloud, code, WEBSITE)) };
};

const isAsked = async (cloud: WalkGround, user: User, client: RegisteredClient): Promise<boolean> => {
  const seen = await user.open(authorizationRequest(cloud, client, WEBSITE).url, TYPED_ADDRESS);
  return seen.html.includes('name="decision"');
};

const signIn =
  (consent: 'kept' | 'given') =>
  async (stage: Stage, { user, client }: { user: User; client: RegisteredClient }) => {
    const request = authorizationRequest(stage.cloud, client, WEBSITE);
    const seen: Seen = await login(stage, user, request.url, { consent });
    return { client, codeVerifier: request.codeVerifier, code: codeAfterLogin(seen) };
  };

/** @param action the action on the connections page */
const takenBack = (action: 'forget' | 'end') => ({
  functions: ['Connections'],
  isFinal: true,
  before: async (cloud: WalkGround) => {
    const ready = await acquainted(cloud);
    await ready.user.signIn(`${cloud.origin}/connections`);
    return ready;
  },
  under: async (stage: Stage, { user }: { user: User }) => {
    const seen = await stage.send(() => user.open(`${stage.cloud.origin}/connections`));
    const named = action === 'forget' ? 'consent' : 'connection';
    const form = formsOf(seen.html).find(({ fields }) => named in fields);
    if (form === undefined) throw new Error(`there is no ${named} to end`);
    return stage.send(() => user.submit(seen, form, { action }));
  },
});

/** Flows of a cloud whose configuration has `"rememberConsent": true`. */
export const REMEMBERED_CONSENTS: readonly FlowUnderFaults[] = [
  flow({
    name: 'login, and the consent is kept',
    functions: ['Authorize', 'Consent', 'Callback'],
    before: strangers,
    under: signIn('kept'),
    after: async (cloud, code, { user, client }) => {
      must(isOk(await redeem(cloud, code, WEBSITE)), 'the code that was delivered is not valid');
      must(!(await isAsked(cloud, user, client)), 'the consent was not remembered');
    },
  }),
  flow({
    name: 'login by a consent that was kept',
    functions: ['Authorize', 'Callback'],
    before: acquainted,
    under: signIn('given'),
    after: async (cloud, code) =>
      must(isOk(await redeem(cloud, code, WEBSITE)), 'the code that was delivered is not valid'),
  }),
  flow({
    ...takenBack('forget'),
    name: 'a consent that was kept, taken back',
    after: async (cloud, _, { user, client }) =>
      must(await isAsked(cloud, user, client), 'the consent is still remembered'),
  }),
  flow({
    ...takenBack('end'),
    name: 'a connection ended, and its consent with it',
    after: async (cloud, _, { user, client, session }) => {
      await mustBeDead(cloud, session);
      must(await isAsked(cloud, user, client), 'the consent is still remembered');
    },
  }),
];
