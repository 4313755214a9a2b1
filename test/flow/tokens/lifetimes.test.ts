import { User } from '../../support/browser/user.ts';
import { type FaultyCloud, startFaultyCloud } from '../../support/faults/faulty-cloud.ts';
import { bearerChallenge } from '../../support/http/challenge.ts';
import {
  type Code,
  callMcp,
  obtainCode,
  obtainSession,
  redeem,
  refresh,
  registerClient,
  revoke,
  type Session,
} from '../../support/http/oauth-requests.ts';

const SECONDS = { authorizationCodeSeconds: 60, accessTokenSeconds: 3600, refreshGraceSeconds: 60 } as const;
const LATER_SECONDS = SECONDS.accessTokenSeconds + 60;

let cloud: FaultyCloud;
let code: Code;
const sessions: Record<string, Session> = {};
let successor: string;
beforeAll(async () => {
  cloud = await startFaultyCloud({ config: { lifetimes: SECONDS } });
  code = await obtainCode(cloud, await registerClient(cloud));
  for (const login of ['expired', 'late', 'patient']) {
    sessions[login] = await obtainSession(cloud, { user: new User(cloud, login) });
  }
  const { expired, late } = sessions;
  expect((await callMcp(cloud.mcpUrl, expired?.accessToken ?? '')).status).toBe(200);
  successor = (await refresh(cloud, (late as Session).client, (late as Session).refreshToken)).body.refresh_token;
  // From now on the clock of every function is past all lifetimes.
  cloud.setClock(LATER_SECONDS);
});
afterAll(() => cloud?.stop());

const sessionOf = (login: string): Session => sessions[login] as Session;

describe('Expired codes and tokens', () => {
  it('#102 an expired access token gets 401 with the challenge', async () => {
    const answer = await callMcp(cloud.mcpUrl, sessionOf('expired').accessToken);
    expect(answer.status).toBe(401);
    expect(bearerChallenge(answer.headers)).toHaveProperty('resource_metadata');
  });

  it('#44 an expired code is refused, although its row still exists', async () => {
    const { status, body } = await redeem(cloud, code);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  it('#78 the predecessor used after the grace time revokes the grant', async () => {
    const { client, refreshToken } = sessionOf('late');
    expect((await refresh(cloud, client, refreshToken)).body.error).toBe('invalid_grant');
    expect((await refresh(cloud, client, successor)).body.error).toBe('invalid_grant');
  });

  it('a refresh token outlives its access token', async () => {
    const { client, refreshToken } = sessionOf('patient');
    const { status, body } = await refresh(cloud, client, refreshToken);
    expect(status).toBe(200);
    expect(body.expires_in).toBeLessThanOrEqual(SECONDS.accessTokenSeconds);
    expect((await callMcp(cloud.mcpUrl, body.access_token)).status).toBe(200);
  });
});

describe('Revoked access tokens', () => {
  const MAX_AGE_SECONDS = 60;
  const statusOf = async ({ accessToken }: Session) => (await callMcp(cloud.mcpUrl, accessToken)).status;

  it('A30 (RFC 7009 §2.1, RFC 6749 §4.1.2): a revoked and a replayed grant are refused at the door within a minute', async () => {
    // The provider's clock does not move, so no user could log in with the others ahead.
    cloud.setClock(0);
    cloud.restart();
    const client = await registerClient(cloud);
    const [revoked, other] = [await obtainSession(cloud, { client }), await obtainSession(cloud, { client })];
    const replayed = await obtainCode(cloud, client);
    const { body } = await redeem(cloud, replayed);
    const taken: Session = { client, accessToken: body.access_token, refreshToken: body.refresh_token };
    const all = [revoked, taken, other];
    expect(await Promise.all(all.map(statusOf))).toEqual([200, 200, 200]);

    cloud.setClock(SECONDS.authorizationCodeSeconds + 1, 'Token');
    expect((await redeem(cloud, replayed)).body.error).toBe('invalid_grant');
    expect((await revoke(cloud, client, revoked.refreshToken)).status).toBe(200);
    cloud.setClock(MAX_AGE_SECONDS, 'Authorizer');
    expect(await Promise.all(all.map(statusOf))).toEqual([401, 401, 200]);
  });
});
