import { User } from '../browser/user.ts';
import { identityIn } from '../http/oauth-requests.ts';
import { PlayedClient, type Stage } from './driver.ts';
import { insist } from './insists.ts';
import type { ClientProfile } from './profile.ts';

/** The tests of one profile: from 401 to a tool's answer, a refresh and a revocation, and what it insists on. */
export const playsThrough = (profile: ClientProfile, stage: () => Stage): void => {
  let played: PlayedClient;
  let code: string;
  beforeAll(() => {
    played = new PlayedClient(profile, stage());
  });

  it('meets a 401', async () => {
    expect((await played.meetChallenge()).status).toBe(401);
  });

  it('finds the authorization server', async () => {
    await played.discover();
    const { resource, server } = profile.discovery;
    if (resource.length > 0) expect(played.resourceMetadata?.authorization_servers).toEqual([played.cloud.origin]);
    if (server.length > 0) expect(played.serverMetadata?.issuer).toBe(played.cloud.origin);
  });

  it('has a client id', async () => {
    await played.identify();
    expect(played.client?.client_id).toEqual(expect.any(String));
  });

  it('gets a code, after consent and login', async () => {
    const answer = await played.authorize(new User(played.cloud, 'ada'));
    expect(answer.get('error')).toBeNull();
    code = answer.get('code') ?? '';
    expect(code).not.toBe('');
  });

  it('gets tokens', async () => {
    const { status, headers, body } = await played.redeem(code);
    expect({ status, body }).toEqual({ status: 200, body: expect.objectContaining({ token_type: 'Bearer' }) });
    expect(headers.get('cache-control')).toContain('no-store');
    expect(body).toMatchObject({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      expires_in: expect.any(Number),
    });
  });

  it('gets an answer from a tool', async () => {
    const answer = await played.whoami(played.tokens.access_token);
    expect(answer.status).toBe(200);
    expect(identityIn(answer)).toMatchObject({
      clientId: played.client?.client_id,
      scopes: expect.arrayContaining(['mcp']),
    });
  });

  it('refreshes, and the tool still answers', async () => {
    const { status, body } = await played.refresh(played.tokens.refresh_token);
    expect({ status, error: body.error }).toEqual({ status: 200, error: undefined });
    expect((await played.whoami(body.access_token)).status).toBe(200);
  });

  for (const insistence of profile.insists) {
    it(`insists: ${insistence}`, () => insist(played, insistence));
  }

  it('revokes, and cannot refresh any more', async () => {
    const refreshToken = played.refreshed.refresh_token;
    expect((await played.revoke(refreshToken)).status).toBe(200);
    const { status, body } = await played.refresh(refreshToken);
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' });
  });
};
