import { type Code, obtainCode, redeem, refresh, revoke } from '../../http/oauth-requests.ts';
import { type FlowUnderFaults, flow } from '../flow.ts';
import type { Stage } from '../stage.ts';
import { isInvalidGrant, isOk, must, mustBeDead, mustBeUsedUp, mustWork, sessionOf } from './afterwards.ts';
import { assertionOf, forgetHosts, keyedClient, newClient, newSession } from './clients.ts';

/** After a kill that follows the commit, the retry looks like a replay of the code, so the user starts over (decision 30). */
const redeemed = async (
  stage: Stage,
  first: Code,
  form: () => Promise<Record<string, string>> = async () => ({}),
  afterAWhile = async () => {},
) => {
  let code = first;
  const send = async () => redeem(stage.cloud, code, await form());
  const again = async () => {
    await afterAWhile();
    const second = await send();
    if (stage.expectation.killed !== 'after' || !isInvalidGrant(second)) return second;
    code = await obtainCode(stage.cloud, first.client);
    return send();
  };
  return { answer: await stage.send(send, { again }), code };
};

/** Sooner, a second redemption counts as the retry of an honest client, and revokes nothing. */
const REPLAY_SECONDS = 11;

export const TOKENS: readonly FlowUnderFaults[] = [
  flow({
    name: 'redemption of a code',
    survivesOutages: true,
    commit: /^UpdateItem .*Grants/,
    functions: ['Token'],
    before: async (cloud) => obtainCode(cloud, await newClient(cloud)),
    under: redeemed,
    after: async (cloud, { answer, code }, first) => {
      await mustWork(cloud, sessionOf(code.client, answer));
      await mustBeUsedUp(cloud, first);
      await mustBeUsedUp(cloud, code);
    },
  }),
  flow({
    name: 'redemption with a key behind a URL',
    functions: ['Token'],
    ownCalls: /\.json|Assertions/,
    before: async (cloud) => obtainCode(cloud, await keyedClient(cloud)),
    // A client that signs a new assertion for every attempt is never mistaken for a replay.
    under: (stage, code) =>
      redeemed(
        stage,
        code,
        () => assertionOf(stage.cloud, code.client),
        () => forgetHosts(stage.cloud),
      ),
    after: async (cloud, { answer }, { client }) => {
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
      cloud.setClock(0, 'Token');
      const code = await obtainCode(cloud, await newClient(cloud));
      const session = sessionOf(code.client, await redeem(cloud, code));
      cloud.setClock(REPLAY_SECONDS, 'Token');
      return { code, session };
    },
    under: (stage, { code }) => stage.send(() => redeem(stage.cloud, code), { isGood: isInvalidGrant }),
    after: async (cloud, _, { session }) => {
      await mustBeDead(cloud, session);
      cloud.setClock(0, 'Token');
    },
  }),
  flow({
    name: 'refresh',
    survivesOutages: true,
    commit: /^UpdateItem .*Grants/,
    functions: ['Token'],
    before: (cloud) => newSession(cloud),
    under: (stage, { client, refreshToken }) => stage.send(() => refresh(stage.cloud, client, refreshToken)),
    after: async (cloud, answer, { client, refreshToken }) => {
      // One live lineage: within the grace time the predecessor yields the same successor.
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
      const session = await newSession(cloud);
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
      const first = await newSession(cloud);
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
    before: (cloud) => newSession(cloud),
    under: (stage, { client, refreshToken }) => stage.send(() => revoke(stage.cloud, client, refreshToken)),
    after: (cloud, _, session) => mustBeDead(cloud, session),
  }),
];
