import { setTimeout as delay } from 'node:timers/promises';
import { Person } from '../../support/browser/person.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { bearerChallenge } from '../../support/http/challenge.ts';
import {
  callMcp,
  obtainCode,
  obtainSession,
  redeem,
  refresh,
  registerClient,
} from '../../support/http/oauth-requests.ts';

const SECONDS = { authorizationCodeSeconds: 2, accessTokenSeconds: 2, refreshGraceSeconds: 1 } as const;
/** Over any of them, with the second that epoch seconds may round away. */
const LONGER_MS = 3_100;

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ config: { lifetimes: SECONDS } });
  // A cold start may take as long as a token lives.
  await callMcp(cloud.mcpUrl, (await obtainSession(cloud, { person: new Person(cloud, 'first') })).accessToken);
}, 60_000);
afterAll(() => cloud?.stop());

// Real time: TTLs of a running deployment cannot be moved from outside. The waits run side by side.
describe('What is too old (with lifetimes of seconds)', () => {
  it.concurrent('#102 an expired access token: 401 with the challenge', async () => {
    const session = await obtainSession(cloud, { person: new Person(cloud, 'expired') });
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    await delay(LONGER_MS);
    const answer = await callMcp(cloud.mcpUrl, session.accessToken);
    expect(answer.status).toBe(401);
    expect(bearerChallenge(answer.headers)).toHaveProperty('resource_metadata');
  });

  it.concurrent('#44 an expired code, although its row is still there', async () => {
    const code = await obtainCode(cloud, await registerClient(cloud));
    await delay(LONGER_MS);
    const { status, body } = await redeem(cloud, code);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  it.concurrent('#78 the predecessor after the grace time kills the family', async () => {
    const { client, refreshToken } = await obtainSession(cloud, { person: new Person(cloud, 'late') });
    const successor = (await refresh(cloud, client, refreshToken)).body.refresh_token;
    await delay(LONGER_MS);
    expect((await refresh(cloud, client, refreshToken)).body.error).toBe('invalid_grant');
    expect((await refresh(cloud, client, successor)).body.error).toBe('invalid_grant');
  });

  it.concurrent('a refresh token outlives its access token', async () => {
    const { client, refreshToken } = await obtainSession(cloud, { person: new Person(cloud, 'patient') });
    await delay(LONGER_MS);
    const { status, body } = await refresh(cloud, client, refreshToken);
    expect(status).toBe(200);
    expect(body.expires_in).toBeLessThanOrEqual(SECONDS.accessTokenSeconds);
    expect((await callMcp(cloud.mcpUrl, body.access_token)).status).toBe(200);
  });
});
