import { randomUUID } from 'node:crypto';
import { callMcp, obtainSession, postForm } from '../../http/oauth-requests.ts';
import { basic } from '../../http/post-form.ts';
import { type FlowUnderFaults, flow } from '../flow.ts';
import type { WalkGround } from '../walk-ground.ts';
import { isOk, must } from './afterwards.ts';
import { assertionOf, confidential, newSession } from './clients.ts';

const token = (cloud: WalkGround, form: Record<string, string>, headers: Record<string, string> = {}) =>
  postForm(`${cloud.origin}/token`, form, headers);

const userinfo = async (cloud: WalkGround, accessToken: string) => {
  const answer = await fetch(`${cloud.origin}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};

export const RESOURCES: readonly FlowUnderFaults[] = [
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
    before: (cloud) => newSession(cloud),
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
    before: (cloud) => newSession(cloud),
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
];
