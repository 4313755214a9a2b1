import { setTimeout as delay } from 'node:timers/promises';
import { User } from '../../../test/support/browser/user.ts';
import type { CloudAddress } from '../../../test/support/cloud/cloud-run.ts';
import { bearerChallenge } from '../../../test/support/http/challenge.ts';
import {
  callbackParameters,
  callMcp,
  identityIn,
  obtainSession,
  refresh,
  revoke,
} from '../../../test/support/http/oauth-requests.ts';
import { expectSame, type Report } from '../report.ts';
import { connectCurrent, connectLegacy, type LogIn, type SdkClient } from './sdk-clients.ts';

const RETRY_MS = 500;
const MAX_ATTEMPTS = 10;
const REFRESHES_AT_ONCE = 20;

/** A 503 tells clients to send the request again. */
const untilAvailable = async <T extends { readonly status: number }>(send: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send();
    if (answer.status !== 503 || attempt === MAX_ATTEMPTS) return answer;
    await delay(RETRY_MS);
  }
};

/** What clients do with a deployment, from the first 401 to the revocation. */
export const useDeployment = async (report: Report, cloud: CloudAddress, userOf: UserOf): Promise<void> => {
  await report.step('A request without a token is answered 401 and names the metadata', async () => {
    const { status, headers } = await callMcp(cloud.mcpUrl, undefined);
    expectSame('status', status, 401);
    const metadata = `${cloud.origin}/.well-known/oauth-protected-resource/mcp`;
    expectSame('metadata', bearerChallenge(headers).resource_metadata, metadata);
  });
  for (const [name, connect] of [
    ['@modelcontextprotocol/client 2.x', connectCurrent],
    ['@modelcontextprotocol/sdk 1.x', connectLegacy],
  ] as const) {
    await report.step(`${name}: registration, login, tool call, step-up, stream`, () =>
      useSdk(connect, cloud, userOf('sue')),
    );
  }
  await report.step('A forged identity header does not reach the server', async () => {
    const { accessToken, client } = await obtainSession(cloud, { user: userOf('ada') });
    const answer = await callMcp(cloud.mcpUrl, accessToken, undefined, { 'x-gatehouse-subject': 'forged' });
    const { subject, clientId } = identityIn(answer);
    expectSame('the client', clientId, client.client_id);
    expectSame('whether the forged subject arrived', subject === 'forged', false);
  });
  await report.step('Twenty refreshes at once have one successor', async () => {
    const { client, refreshToken } = await obtainSession(cloud, { user: userOf('bob') });
    const sent = Array.from({ length: REFRESHES_AT_ONCE }, () =>
      untilAvailable(() => refresh(cloud, client, refreshToken)),
    );
    const answers = await Promise.all(sent);
    expectSame('statuses', [...new Set(answers.map(({ status }) => status))], [200]);
    const successors = new Set(answers.map(({ body }) => body.refresh_token));
    expectSame('successors', successors.size, 1);
    const last = await refresh(cloud, client, [...successors][0] ?? '');
    expectSame('the refresh with the successor', last.status, 200);
  });
  await report.step('A revoked grant refreshes no more', async () => {
    const { client, refreshToken } = await obtainSession(cloud, { user: userOf('rita') });
    expectSame('revocation', (await revoke(cloud, client, refreshToken)).status, 200);
    const { status, body } = await refresh(cloud, client, refreshToken);
    expectSame('refresh', [status, body.error], [400, 'invalid_grant']);
  });
};

export type UserOf = (login: string) => User;

/** @returns a function that creates users of the deployment, each with a browser of their own */
export const usersOf =
  (cloud: CloudAddress, providerOrigin: string): UserOf =>
  (login) =>
    new User(cloud, login, [providerOrigin]);

const useSdk = async (
  connect: (url: URL, logIn: LogIn) => Promise<SdkClient>,
  cloud: CloudAddress,
  user: User,
): Promise<string> => {
  const logIn: LogIn = async (authorizationUrl) => callbackParameters(await user.signIn(authorizationUrl));
  let client = await connect(new URL(cloud.mcpUrl), logIn);
  try {
    const identity = JSON.parse(await client.callTool('whoami'));
    expectSame('the client', identity.clientId, client.clientId);

    const times: number[] = [];
    const result = await client.callTool('countdown', { from: 3, gapMs: 300 }, () => times.push(performance.now()));
    expectSame('result of the stream', result, 'lift-off');
    expectSame('notifications in the stream', times.length, 3);
    const spreadMs = (times.at(-1) ?? 0) - (times[0] ?? 0);

    const refusal = await client.callTool('danger_reset').catch((error: unknown) => error);
    if (!/mcp:write|Unauthorized/.test(String(refusal))) throw new Error(`danger_reset: ${String(refusal)}`);
    if (client.stepUp === undefined) return 'told which scopes are missing';
    client = await client.stepUp();
    if (!/gone/.test(await client.callTool('danger_reset'))) throw new Error('danger_reset did not run');
    return spreadMs > 300 ? 'streamed' : 'the stream arrived in one piece';
  } finally {
    await client.close();
  }
};
