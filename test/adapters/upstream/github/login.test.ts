import { apiOf } from '../../../../lambdas/runtime/adapters/upstream/github-api.ts';
import { CLIENT_ID } from '../../../support/providers/misbehaving-provider.ts';
import {
  answers,
  expectReason,
  github,
  identify,
  issuer,
  json,
  LEG,
  logIn,
  paths,
  REDIRECT_URI,
  seen,
  useGithub,
} from './fixture.ts';

useGithub();

describe('GitHub as upstream', () => {
  it('redirects with our own state and PKCE, and nothing else', async () => {
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

  it.each([
    [undefined, false],
    ['client_secret_post', false],
    ['client_secret_basic', true],
  ] as const)('A14: with "tokenEndpointAuthentication": %j, Basic is %j', async (configured, isBasic) => {
    await identify({}, github({}, undefined, configured));
    const body = new URLSearchParams(seen[0]?.body);
    expect([seen[0]?.authorization?.startsWith('Basic ') ?? false, body.has('client_secret')]).toEqual([
      isBasic,
      !isBasic,
    ]);
  });

  it('#156 identifies the user by number, with primary verified address and name, and requests nothing else', async () => {
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

  it('reads organizations and teams if rules need them', async () => {
    const idp = github({
      githubOrganizations: { values: ['Example'], ignoresCase: true },
      githubTeams: { values: ['example/admins', 'example/others'] },
    });
    expect((await identify({}, idp)).claims).toEqual({
      githubOrganizations: ['example'],
      githubTeams: ['example/admins'],
    });
  });

  it('reads further pages, up to a limit', async () => {
    const full = Array.from({ length: 100 }, (_, index) => ({ login: `org-${index}` }));
    answers.set('/api/v3/user/orgs', json(200, full));
    const login = await logIn({}, github({ githubOrganizations: { values: ['org-7', 'other'] } }));
    expect(login.identity.claims).toEqual({ githubOrganizations: ['org-7'] });
    expect(login.foundClaims).toEqual({ githubOrganizations: 'list, 3000 values' });
    expect(paths().filter((path) => path === '/api/v3/user/orgs')).toHaveLength(30);
  });
});

it.each([
  ['https://github.com', 'https://api.github.com'],
  ['https://example.ghe.com', 'https://api.example.ghe.com'],
  ['https://github.example.com', 'https://github.example.com/api/v3'],
  ['https://evil-github.com', 'https://evil-github.com/api/v3'],
  ['http://localhost:4801/github', 'http://localhost:4801/github/api/v3'],
])('the API of %s is %s', (host, api) => expect(apiOf(host)).toBe(api));

describe('#156 an email address at GitHub that does not count', () => {
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

  it('a renamed account is the same user', async () => {
    answers.set('/api/v3/user', json(200, { id: 42, login: 'renamed' }));
    expect(await identify()).toMatchObject({ subject: '42', name: 'renamed' });
  });

  it.each([undefined, '42', 0, -1, 1.5, null])('an account with the number %j is rejected', async (id) => {
    answers.set('/api/v3/user', json(200, { id, login: 'ada' }));
    await expectReason(identify(), 'rejected');
  });
});
