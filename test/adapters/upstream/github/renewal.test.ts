import { UnavailableError } from '../../../../lambdas/core/oauth-error.ts';
import { OutcomeUnknownError } from '../../../../lambdas/core/upstream/errors.ts';
import type { GithubIdentityProvider } from '../../../../lambdas/runtime/adapters/upstream/github.ts';
import { answers, expectReason, github, json, NOW, page, paths, seen, useGithub } from './fixture.ts';

useGithub();

describe('Asking GitHub again', () => {
  const ADA = { identityProviderId: 'github', issuer: '', subject: '42', emailVerified: true };
  const renew = (tokens: Parameters<GithubIdentityProvider['renew']>[0], idp = github()) => idp.renew(tokens, ADA);

  it('#168 tokens of OAuth Apps do not expire: the API is asked with the stored token', async () => {
    const { tokens, identify } = await renew(
      { accessToken: 'gho_x' },
      github({ githubOrganizations: { values: ['example'] } }),
    );
    expect(tokens).toEqual({ accessToken: 'gho_x' });
    expect(await identify()).toMatchObject({ subject: '42', claims: { githubOrganizations: ['example'] } });
    expect(paths()).not.toContain('/login/oauth/access_token');
    expect(seen[0]?.authorization).toBe('Bearer gho_x');
  });

  it('tokens of GitHub Apps expire and are refreshed', async () => {
    answers.set(
      '/login/oauth/access_token',
      json(200, { access_token: 'ghu_2', token_type: 'bearer', expires_in: 28_800, refresh_token: 'ghr_2' }),
    );
    const ended = { accessToken: 'ghu_1', accessTokenExpiresAt: NOW, refreshToken: 'ghr_1' };
    const { tokens } = await renew(ended);
    expect(tokens).toEqual({ accessToken: 'ghu_2', accessTokenExpiresAt: NOW + 28_800, refreshToken: 'ghr_2' });
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toMatchObject({ refresh_token: 'ghr_1' });
    const fresh = { ...ended, accessTokenExpiresAt: NOW + 3600 };
    expect((await renew(fresh)).tokens).toEqual(fresh);
  });

  it('a revoked refresh token is a refusal, even with status 200', async () => {
    answers.set('/login/oauth/access_token', json(200, { error: 'bad_refresh_token' }));
    const ended = { accessToken: 'ghu_1', accessTokenExpiresAt: NOW, refreshToken: 'ghr_1' };
    await expectReason(renew(ended), 'denied');
  });

  it.each([
    [429, UnavailableError, json(429, {})],
    [500, OutcomeUnknownError, json(500, {})],
    [502, OutcomeUnknownError, json(502, {})],
    [200, OutcomeUnknownError, page],
  ])('#88 %i to a refresh token: %p', async (_status, fault, answer) => {
    answers.set('/login/oauth/access_token', answer);
    const ended = { accessToken: 'ghu_1', accessTokenExpiresAt: NOW, refreshToken: 'ghr_1' };
    await expect(renew(ended)).rejects.toMatchObject({ constructor: fault });
  });

  it.each([401, 403])('#88 %i at /user: the token was revoked, or the account is gone', async (status) => {
    answers.set('/api/v3/user', json(status, { message: 'no' }));
    await expectReason((await renew({ accessToken: 'gho_x' })).identify(), 'denied');
  });

  it('another account is a refusal', async () => {
    answers.set('/api/v3/user', json(200, { id: 43, login: 'eve' }));
    await expectReason((await renew({ accessToken: 'gho_x' })).identify(), 'denied');
  });

  it.each([
    [500, {}],
    [403, { 'x-ratelimit-remaining': '0' }],
    [403, { 'retry-after': '60' }],
  ])('%i with %j is an outage', async (status, headers) => {
    answers.set('/api/v3/user', json(status, {}, headers as Record<string, string>));
    await expect((await renew({ accessToken: 'gho_x' })).identify()).rejects.toThrow(UnavailableError);
  });

  it('data that the scope does not cover is no refusal', async () => {
    answers.set('/api/v3/user/emails', json(404, {}));
    await expectReason((await renew({ accessToken: 'gho_x' })).identify(), 'rejected');
  });
});
