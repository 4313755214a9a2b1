import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import {
  callMcp,
  obtainCode,
  obtainSession,
  redeem,
  refresh,
  registerClient,
  revoke,
  type Session,
} from '../../support/http/oauth-requests.ts';

const cloud = sharedCloud();

/** Refreshes successfully and returns the next refresh token. */
const rotate = async (session: Session, refreshToken = session.refreshToken): Promise<string> => {
  const { status, body } = await refresh(cloud, session.client, refreshToken);
  expect([status, body.error]).toEqual([200, undefined]);
  return body.refresh_token;
};
const expectDead = async (session: Session, refreshToken: string): Promise<void> => {
  const { status, body } = await refresh(cloud, session.client, refreshToken);
  expect([status, body.error]).toEqual([400, 'invalid_grant']);
};

describe('Refresh tokens (OAuth 2.1 §4.3.1: rotation, RFC 9700 §4.14.2: reuse)', () => {
  it('#79 twenty parallel refreshes get the same successor, and one lineage remains', async () => {
    for (let round = 0; round < 10; round += 1) {
      const session = await obtainSession(cloud);
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => refresh(cloud, session.client, session.refreshToken)),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      const successors = new Set(answers.map(({ body }) => body.refresh_token as string));
      expect(successors.size).toBe(1);
      const [successor = ''] = successors;
      const next = await rotate(session, successor);
      expect(next).not.toBe(successor);
      for (const { body } of answers) expect((await callMcp(cloud.mcpUrl, body.access_token)).status).toBe(200);
    }
  }, 60_000);

  it('#81 a retry within the grace time gets the same successor, which works', async () => {
    const session = await obtainSession(cloud);
    const successor = await rotate(session);
    expect(await rotate(session)).toBe(successor);
    expect(await rotate(session)).toBe(successor);
    await rotate(session, successor);
  });

  it('#80 grace covers only the immediate predecessor: an older token revokes the grant', async () => {
    const session = await obtainSession(cloud);
    const second = await rotate(session);
    const third = await rotate(session, second);
    await expectDead(session, session.refreshToken);
    await expectDead(session, third);
    await expectDead(session, second);
  });

  it('a malformed refresh token does not revoke the grant', async () => {
    const session = await obtainSession(cloud);
    const [grant = '', family = '', generation = ''] = session.refreshToken.split('.');
    const other = (await obtainSession(cloud)).refreshToken.split('.');
    const garbage = [
      'x',
      'gh_rt_',
      'gh_rt_..',
      `${grant}..`,
      `${grant}.${generation}.${family}`,
      `${grant}.${other[1]}.${generation}`,
      `${grant}.${other[1]}.${other[2]}`,
      `${other[0]}.${family}.${generation}`,
      `${session.refreshToken}.x`,
      `${session.refreshToken}x`,
      ` ${session.refreshToken}`,
      session.accessToken,
    ];
    for (const token of garbage) await expectDead(session, token);
    await rotate(session);
  });

  it('#52 another client cannot use the refresh token, and its attempt does not revoke the grant', async () => {
    const session = await obtainSession(cloud);
    const other = await registerClient(cloud, { client_name: 'Other' });
    const { status, body } = await refresh(cloud, other, session.refreshToken);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    await rotate(session);
  });

  it.each([
    ['#68 wider scope', { scope: 'mcp mcp:write' }, 'invalid_scope'],
    ['#70 another resource', { resource: 'https://other.test/mcp' }, 'invalid_target'],
  ])('%s is refused and consumes nothing', async (_what, wrong, error) => {
    const session = await obtainSession(cloud);
    const refused = await refresh(cloud, session.client, session.refreshToken, wrong);
    expect([refused.status, refused.body.error]).toEqual([400, error]);
    const successor = await rotate(session);
    expect(successor).not.toBe(session.refreshToken);
  });

  it('#87 neither a code nor an access token refreshes', async () => {
    const client = await registerClient(cloud);
    const code = await obtainCode(cloud, client);
    const refused = await refresh(cloud, client, code.code);
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
    expect((await redeem(cloud, code)).status).toBe(200);
  });

  it('#76 RFC 7009 §2.1: revoking a refresh token ends its grant', async () => {
    const session = await obtainSession(cloud);
    const successor = await rotate(session);
    expect((await revoke(cloud, session.client, successor)).status).toBe(200);
    await expectDead(session, successor);
    await expectDead(session, session.refreshToken);
  });

  it('#74 another client revokes nothing', async () => {
    const session = await obtainSession(cloud);
    const other = await registerClient(cloud, { client_name: 'Other' });
    const answer = await revoke(cloud, other, session.refreshToken);
    expect([200, 400]).toContain(answer.status);
    await rotate(session);
  });

  it('#77 RFC 7009 §2.2: revoking an unknown token returns 200', async () => {
    const client = await registerClient(cloud);
    expect((await revoke(cloud, client, 'gh_rt_unknown.x.y')).status).toBe(200);
  });

  it('RFC 7591 §2: a client without the refresh_token grant type gets no refresh token', async () => {
    const client = await registerClient(cloud, { grant_types: ['authorization_code'] });
    const { status, body } = await redeem(cloud, await obtainCode(cloud, client));
    expect(status).toBe(200);
    expect(body.refresh_token).toBeUndefined();
  });
});
