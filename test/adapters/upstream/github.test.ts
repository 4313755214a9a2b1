import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { OutcomeUnknownError } from '../../../lambdas/core/upstream/errors.ts';
import { GithubIdentityProvider } from '../../../lambdas/runtime/adapters/upstream/github.ts';
import { apiOf } from '../../../lambdas/runtime/adapters/upstream/github-api.ts';
import { CLIENT_ID, CLIENT_SECRET, sendJson } from '../../support/providers/misbehaving-provider.ts';

const LEG = { state: 'the-state', nonce: 'unused', codeVerifier: 'v'.repeat(43) };
const NOW = 1_800_000_000;
const REDIRECT_URI = 'https://gate.example.com/callback/github';

interface Seen {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

let server: Server;
let issuer: string;
const seen: Seen[] = [];
/** Answers by path; a test replaces what it wants to go wrong. */
const answers = new Map<string, (response: ServerResponse, body: string) => void>();

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    sendJson(response, status, body, headers);

const page = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const path = request.url ?? '';
    seen.push({ path, authorization: request.headers.authorization, body });
    (answers.get(path) ?? answers.get(path.split('?')[0] ?? '') ?? json(404, {}))(response, body);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen.length = 0;
  answers.clear();
  answers.set('/login/oauth/access_token', json(200, { access_token: 'gho_x', token_type: 'bearer', scope: '' }));
  answers.set('/api/v3/user', json(200, { id: 42, login: 'ada', name: 'Ada', email: 'profile@evil.test' }));
  answers.set(
    '/api/v3/user/emails',
    json(200, [
      { email: 'old@example.com', primary: false, verified: true },
      { email: 'ada@example.com', primary: true, verified: true },
    ]),
  );
  answers.set('/api/v3/user/orgs', json(200, [{ login: 'example' }]));
  answers.set('/api/v3/user/teams', json(200, [{ slug: 'admins', organization: { login: 'example' } }]));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const github = (claims: readonly string[] = [], fresh = CLIENT_SECRET) =>
  new GithubIdentityProvider(
    { id: 'github', issuer, scopes: ['read:user', 'user:email'], claims, redirectUri: REDIRECT_URI },
    {
      read: async () => ({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }),
      readAgain: async () => ({ clientId: CLIENT_ID, clientSecret: fresh }),
    },
    () => NOW,
  );

const logIn = (parameters: Record<string, string> = {}, idp = github()) =>
  idp.identify(new URLSearchParams({ code: 'upstream-code', state: LEG.state, ...parameters }), LEG);
const identify = async (...login: Parameters<typeof logIn>) => (await logIn(...login)).identity;

const expectReason = (result: Promise<unknown>, reason: string) =>
  expect(result).rejects.toMatchObject({ name: 'UpstreamError', reason });

const paths = () => seen.map(({ path }) => path.split('?')[0]);

describe('GitHub as upstream', () => {
  it('sends people there with our own state and PKCE, and nothing else', async () => {
    const url = await github().authorizationUrl(LEG, { selectAccount: true });
    expect(`${url.origin}${url.pathname}`).toBe(`${issuer}/login/oauth/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: CLIENT_ID,
      redirect_uri: REDIRECT_URI,
      scope: 'read:user user:email',
      state: LEG.state,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      prompt: 'select_account',
    });
  });

  it('#156 tells who logged in: number, primary verified address, name; asks nothing that no rule needs', async () => {
    expect(await identify()).toEqual({
      identityProviderId: 'github',
      issuer,
      subject: '42',
      email: 'ada@example.com',
      emailVerified: true,
      name: 'Ada',
    });
    expect(paths().sort()).toEqual(['/api/v3/user', '/api/v3/user/emails', '/login/oauth/access_token']);
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toMatchObject({
      code: 'upstream-code',
      code_verifier: LEG.codeVerifier,
      redirect_uri: REDIRECT_URI,
    });
  });

  it('reads organizations and teams where rules need them', async () => {
    const idp = github(['githubOrganizations', 'githubTeams']);
    expect((await identify({}, idp)).claims).toEqual({
      githubOrganizations: ['example'],
      githubTeams: ['example/admins'],
    });
  });

  it('reads further pages, but not for ever', async () => {
    const full = Array.from({ length: 100 }, (_, index) => ({ login: `org-${index}` }));
    answers.set('/api/v3/user/orgs', json(200, full));
    const { claims } = await identify({}, github(['githubOrganizations']));
    expect(claims?.githubOrganizations).toHaveLength(500);
    expect(paths().filter((path) => path === '/api/v3/user/orgs')).toHaveLength(5);
  });
});

it.each([
  ['https://github.com', 'https://api.github.com'],
  ['https://example.ghe.com', 'https://api.example.ghe.com'],
  ['https://github.example.com', 'https://github.example.com/api/v3'],
  ['https://evil-github.com', 'https://evil-github.com/api/v3'],
  ['http://localhost:4801/github', 'http://localhost:4801/github/api/v3'],
])('the API of %s is %s', (host, api) => expect(apiOf(host)).toBe(api));

describe('#156 an address at GitHub that does not count', () => {
  it.each<[string, unknown, object]>([
    ['unverified', [{ email: 'ada@example.com', primary: true, verified: false }], { emailVerified: false }],
    ['verified as a text', [{ email: 'ada@example.com', primary: true, verified: 'true' }], { emailVerified: false }],
    ['not the primary one', [{ email: 'ada@example.com', primary: false, verified: true }], { emailVerified: false }],
    ['none at all', [], { emailVerified: false }],
  ])('%s', async (_, emails, expected) => {
    answers.set('/api/v3/user/emails', json(200, emails));
    const identity = await identify();
    expect(identity).toMatchObject(expected);
    expect(JSON.stringify(identity)).not.toContain('profile@evil.test');
  });

  it('a renamed account is the same person', async () => {
    answers.set('/api/v3/user', json(200, { id: 42, login: 'renamed' }));
    expect(await identify()).toMatchObject({ subject: '42', name: 'renamed' });
  });

  it.each([undefined, '42', 0, -1, 1.5, null])('an account with the number %j is nobody', async (id) => {
    answers.set('/api/v3/user', json(200, { id, login: 'ada' }));
    await expectReason(identify(), 'rejected');
  });
});

describe('#162 GitHub in trouble', () => {
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

  it('#167 a refused secret is read again once, and the login goes on', async () => {
    const good = answers.get('/login/oauth/access_token');
    answers.set('/login/oauth/access_token', (response, body) =>
      new URLSearchParams(body).get('client_secret') === 'rotated'
        ? good?.(response, body)
        : sendJson(response, 200, { error: 'incorrect_client_credentials' }),
    );
    expect(await identify({}, github([], 'rotated'))).toMatchObject({ subject: '42' });
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

  it('a used-up rate limit is an outage, any other 403 a refusal', async () => {
    answers.set('/api/v3/user', json(403, {}, { 'x-ratelimit-remaining': '0' }));
    await expect(identify()).rejects.toThrow(UnavailableError);
    answers.set('/api/v3/user', json(403, {}));
    await expectReason(identify(), 'rejected');
  });
});

describe('An authorization response of GitHub that is not right', () => {
  it.each([
    ['another state', { state: 'other' }, 'rejected'],
    ['#146 iss of another provider (RFC 9207)', { iss: 'https://evil.test' }, 'rejected'],
    ['access_denied', { error: 'access_denied' }, 'denied'],
    ['redirect_uri_mismatch', { error: 'redirect_uri_mismatch' }, 'misconfigured'],
  ])('%s', async (_, parameters, reason) => {
    await expect(identify(parameters)).rejects.toMatchObject({ reason, isFromBrowser: true });
    expect(seen).toHaveLength(0);
  });

  it('its own iss is fine, with and without its path', async () => {
    for (const iss of [issuer, `${issuer}/login/oauth`]) {
      expect(await identify({ iss })).toMatchObject({ subject: '42' });
    }
  });
});

describe('Asking GitHub again', () => {
  const ADA = { identityProviderId: 'github', issuer: '', subject: '42', emailVerified: true };
  const renew = (tokens: Parameters<GithubIdentityProvider['renew']>[0], idp = github()) => idp.renew(tokens, ADA);

  it('#168 OAuth Apps give tokens without end: the API is asked with the kept one', async () => {
    const { tokens, identify } = await renew({ accessToken: 'gho_x' }, github(['githubOrganizations']));
    expect(tokens).toEqual({ accessToken: 'gho_x' });
    expect(await identify()).toMatchObject({ subject: '42', claims: { githubOrganizations: ['example'] } });
    expect(paths()).not.toContain('/login/oauth/access_token');
    expect(seen[0]?.authorization).toBe('Bearer gho_x');
  });

  it('GitHub Apps give tokens that end, and refresh tokens', async () => {
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

  it('a refresh token that was revoked is a refusal, with status 200', async () => {
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

  it('what a scope hides is no refusal', async () => {
    answers.set('/api/v3/user/emails', json(404, {}));
    await expectReason((await renew({ accessToken: 'gho_x' })).identify(), 'rejected');
  });
});
