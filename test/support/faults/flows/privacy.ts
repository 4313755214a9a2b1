import { randomUUID } from 'node:crypto';
import { User } from '../../browser/user.ts';
import { formsOf } from '../../http/html-form.ts';
import { obtainSession, postForm, refresh } from '../../http/oauth-requests.ts';
import { type FlowUnderFaults, flow } from '../flow.ts';
import type { WalkGround } from '../walk-ground.ts';
import { must, mustBeDead, mustWork, sessionOf } from './afterwards.ts';
import { newClient } from './clients.ts';
import { command } from './command.ts';

/** A new user with one connection. */
const newcomer = async (cloud: WalkGround, provider = 'company') => {
  const user = new User(cloud, `p${randomUUID().slice(0, 8)}`);
  return { user, session: await obtainSession(cloud, { client: await newClient(cloud), user, provider }) };
};

/** Makes the provider's last answer about a connection as old as possible. */
const letCheckGrowOld = async (cloud: WalkGround, refreshToken: string): Promise<void> => {
  const TableName = cloud.tableNamed('Grants');
  const grantId = refreshToken.replace('gh_rt_', '').split('.')[0] ?? '';
  await cloud.asOperator('dynamodb', 'UpdateItem', {
    TableName,
    Key: { grantId: { S: grantId } },
    UpdateExpression: 'SET #upstream.#checkedAt = :longAgo',
    ExpressionAttributeNames: { '#upstream': 'upstream', '#checkedAt': 'checkedAt' },
    ExpressionAttributeValues: { ':longAgo': { N: String(Math.floor(Date.now() / 1000) - 3600) } },
  });
};

/** Token exchange (RFC 8693) by the server's resource client. */
export const exchange = (cloud: WalkGround, accessToken: string) =>
  postForm(`${cloud.origin}/token`, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    client_id: 'resource-mcp',
    client_secret: cloud.machine.resourceSecret,
    subject_token: accessToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });

export const PRIVACY: readonly FlowUnderFaults[] = [
  flow({
    name: 'refresh at which the provider is asked again',
    functions: ['Token'],
    before: async (cloud) => {
      const { session } = await newcomer(cloud, 'checked');
      await letCheckGrowOld(cloud, session.refreshToken);
      return session;
    },
    under: (stage, { client, refreshToken }) => stage.send(() => refresh(stage.cloud, client, refreshToken)),
    after: async (cloud, answer, { client }) => mustWork(cloud, sessionOf(client, answer)),
  }),
  flow({
    name: "a caller's token for the provider's",
    functions: ['Token'],
    before: async (cloud) => (await newcomer(cloud, 'checked')).session,
    under: (stage, { accessToken }) => stage.send(() => exchange(stage.cloud, accessToken)),
    after: async (cloud, _, session) => mustWork(cloud, session),
  }),
  flow({
    name: 'my connections, seen and ended',
    functions: ['Connections'],
    isFinal: true,
    before: async (cloud) => {
      const { user, session } = await newcomer(cloud);
      const seen = await user.signIn(`${cloud.origin}/connections`);
      must(
        seen.status === 200 && seen.url.pathname === '/connections',
        'the user could not log in to their connections',
      );
      return { user, session };
    },
    under: async (stage, { user }) => {
      const seen = await stage.send(() => user.open(`${stage.cloud.origin}/connections`));
      const form = formsOf(seen.html).find(({ fields }) => 'connection' in fields);
      if (form === undefined) throw new Error('there is nothing to end');
      return stage.send(() => user.submit(seen, form, { action: 'end' }));
    },
    after: (cloud, _, { session }) => mustBeDead(cloud, session),
  }),
  flow({
    name: 'export of what is kept about a user',
    functions: ['Privacy'],
    before: (cloud) => newcomer(cloud),
    under: (stage, { user }) =>
      stage.send(() =>
        command(stage.cloud, 'Privacy', {
          action: 'export',
          identityProvider: 'company',
          upstreamSubject: user.login,
        }),
      ),
    after: async (_, { body }) => must(JSON.stringify(body).includes('connections'), 'nothing was shown'),
  }),
  flow({
    name: 'erasing a user',
    functions: ['Privacy'],
    isFinal: true,
    readsIndexTwice: true,
    // The function waits five seconds for the index each time.
    isSlow: true,
    before: (cloud) => newcomer(cloud),
    under: (stage, { user }) =>
      stage.send(() =>
        command(stage.cloud, 'Privacy', {
          action: 'erase',
          identityProvider: 'company',
          upstreamSubject: user.login,
        }),
      ),
    after: (cloud, _, { session }) => mustBeDead(cloud, session),
  }),
];
