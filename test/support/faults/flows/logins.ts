import { randomUUID } from 'node:crypto';
import { type Seen, User } from '../../browser/user.ts';
import { formsOf } from '../../http/html-form.ts';
import { authorizationRequest, callbackParameters, type RegisteredClient, redeem } from '../../http/oauth-requests.ts';
import { codeAfterLogin, login } from '../browser.ts';
import { type FlowUnderFaults, flow } from '../flow.ts';
import type { WalkGround } from '../walk-ground.ts';
import { isOk, must, mustBeUsedUp } from './afterwards.ts';
import { documentClient, forgetHosts, newClient } from './clients.ts';

const signIn = (
  facts: Pick<FlowUnderFaults, 'name' | 'ownCalls'>,
  clientOf: (cloud: WalkGround) => Promise<RegisteredClient>,
  afterAWhile: (cloud: WalkGround) => Promise<void> = async () => {},
): FlowUnderFaults =>
  flow({
    ...facts,
    functions: ['Authorize', 'Consent', 'Callback'],
    before: async (cloud) => ({ client: await clientOf(cloud), user: new User(cloud, `p${randomUUID()}`) }),
    under: async (stage, { client, user }) => {
      const request = authorizationRequest(stage.cloud, client);
      return {
        ...request,
        seen: await login(stage, user, request.url, { afterAWhile: () => afterAWhile(stage.cloud) }),
      };
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

export const LOGINS: readonly FlowUnderFaults[] = [
  signIn({ name: 'login of a registered client' }, newClient),
  signIn({ name: 'login of a document’s client', ownCalls: /client\.json|Clients/ }, documentClient, forgetHosts),
  flow({
    name: 'refusal by the user',
    functions: ['Authorize', 'Consent'],
    before: async (cloud) => ({ client: await newClient(cloud), user: new User(cloud) }),
    under: async (stage, { client, user }): Promise<Seen> => {
      const seen = await stage.send(() => user.open(authorizationRequest(stage.cloud, client).url));
      const [form] = formsOf(seen.html);
      if (form === undefined) throw new Error('no consent form');
      return stage.send(() => user.submit(seen, form, { decision: 'deny' }));
    },
    after: async (_, seen) =>
      must(callbackParameters(seen).get('error') === 'access_denied', 'the client was not told'),
  }),
];
