import type { ServerResponse } from 'node:http';
import { UnavailableError } from '../../../../lambdas/core/oauth-error.ts';
import { sendJson } from '../../../support/providers/misbehaving-provider.ts';
import { answers, expectReason, github, identify, issuer, json, page, paths, seen, useGithub } from './fixture.ts';

useGithub();

describe('#162 GitHub fails', () => {
  it.each([
    ['bad_verification_code', 'rejected'],
    ['bad_code_verifier', 'rejected'],
    ['incorrect_client_credentials', 'misconfigured'],
    ['redirect_uri_mismatch', 'misconfigured'],
    ['something_new', 'rejected'],
  ])('200 with %s is %s', async (error, reason) => {
    answers.set('/login/oauth/access_token', json(200, { error }));
    await expectReason(identify(), reason);
    expect(paths()).not.toContain('/api/v3/user');
  });

  it('#167 a refused secret is read again once, and the login continues', async () => {
    const good = answers.get('/login/oauth/access_token');
    answers.set('/login/oauth/access_token', (response, body) =>
      new URLSearchParams(body).get('client_secret') === 'rotated'
        ? good?.(response, body)
        : sendJson(response, 200, { error: 'incorrect_client_credentials' }),
    );
    expect(await identify({}, github({}, 'rotated'))).toMatchObject({ subject: '42' });
    expect(paths().filter((path) => path === '/login/oauth/access_token')).toHaveLength(2);
  });

  it('#163 no access token', async () => {
    answers.set('/login/oauth/access_token', json(200, { token_type: 'bearer' }));
    await expectReason(identify(), 'rejected');
  });

  const outages: [string, (response: ServerResponse) => void][] = [
    ['500', json(500, {})],
    ['429', json(429, {})],
    ['a page', page],
    ['nothing', (response) => void response.writeHead(200).end()],
    ['a closed connection', (response) => void response.destroy()],
    ['more than 1 MB', (response) => void response.writeHead(200).end(`"${'x'.repeat(1_100_000)}"`)],
    ['#166 a redirect', (response) => void response.writeHead(307, { location: '/elsewhere' }).end()],
  ];
  for (const path of ['/login/oauth/access_token', '/api/v3/user', '/api/v3/user/emails']) {
    it.each(outages)(`%s at ${path} is an outage`, async (_, answer) => {
      answers.set(path, answer);
      await expect(identify()).rejects.toThrow(UnavailableError);
      expect(paths()).not.toContain('/elsewhere');
    });
  }

  it('an exhausted rate limit is an outage, any other 403 a refusal', async () => {
    answers.set('/api/v3/user', json(403, {}, { 'x-ratelimit-remaining': '0' }));
    await expect(identify()).rejects.toThrow(UnavailableError);
    answers.set('/api/v3/user', json(403, {}));
    await expectReason(identify(), 'rejected');
  });
});

describe('An invalid authorization response of GitHub', () => {
  it.each([
    ['another state', { state: 'other' }, 'rejected'],
    ['#146 iss of another provider (RFC 9207)', { iss: 'https://evil.test' }, 'rejected'],
    ['access_denied', { error: 'access_denied' }, 'denied'],
    ['redirect_uri_mismatch', { error: 'redirect_uri_mismatch' }, 'misconfigured'],
  ])('%s', async (_, parameters, reason) => {
    await expect(identify(parameters)).rejects.toMatchObject({ reason, isFromBrowser: true });
    expect(seen).toHaveLength(0);
  });

  it('accepts its own iss, with and without the path', async () => {
    for (const iss of [issuer, `${issuer}/login/oauth`]) {
      expect(await identify({ iss })).toMatchObject({ subject: '42' });
    }
  });
});
