import { PROVIDER_KINDS } from '../../../tools/local/development-provider/kinds.ts';
import { User } from '../../support/browser/user.ts';
import { linkOf } from '../../support/cloud/cloud-with-providers.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { partsOf } from '../../support/credentials/forged-token.ts';
import {
  authorizationRequest,
  callMcp,
  identityIn,
  obtainSession,
  registerClient,
  type Session,
} from '../../support/http/oauth-requests.ts';

// One local cloud with a development provider of every kind, and an access rule for each kind.

const KINDS = Object.keys(PROVIDER_KINDS);
const TENANT = PROVIDER_KINDS.entra.tenant;
const ADMINS = { claims: { groups: ['admins'], 'cognito:groups': ['admins'] }, githubTeams: ['example/admins'] };

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({
    // Gatehouse stops waiting for a slow provider after its timeout.
    timeLimitFactor: 2,
    args: ['--providers', KINDS.join(',')],
    config: {
      access: {
        emailDomains: ['example.com'],
        claims: { org_id: ['org_example'] },
        githubOrganizations: ['example'],
        entraTenants: [TENANT],
      },
      scopes: { 'mcp:write': { grantedTo: ADMINS } },
      servers: { '/mcp': { identity: ['email', 'profile'] } },
    },
  });
}, 60_000);
afterAll(() => cloud?.stop());

const logIn = (provider: string, login: string, scope?: string): Promise<Session> =>
  obtainSession(cloud, { user: new User(cloud, login), provider, parameters: { scope } });

const scopesOf = ({ accessToken }: Session): string[] => String(partsOf(accessToken).claims.scope).split(' ');

/** The last page of a login attempt, with the cookies of the browser. */
const tryToLogIn = async (provider: string, login: string, scope?: string) => {
  const { url } = authorizationRequest(cloud, await registerClient(cloud), { scope });
  const user = new User(cloud, login);
  const seen = await user.signIn(url, { provider });
  return { ...seen, cookies: await user.jar.getCookies(cloud.origin) };
};

describe('Every kind of identity provider', () => {
  it('has a button on the consent page', async () => {
    const { url } = authorizationRequest(cloud, await registerClient(cloud));
    const { html } = await new User(cloud).open(url);
    for (const kind of KINDS) expect(html).toContain(`name="idp" value="${kind}"`);
    for (const name of ['Google', 'GitHub', 'Microsoft']) expect(html).toContain(`Continue with ${name}`);
  });

  it.each(KINDS)('%s: from consent to a tool call that knows the user', async (kind) => {
    const session = await logIn(kind, 'ada');
    const answer = await callMcp(cloud.mcpUrl, session.accessToken);
    expect(answer.status).toBe(200);
    expect(identityIn(answer)).toMatchObject({ email: 'ada@example.com', name: 'Ada', identityProvider: kind });
  });

  it('#158 the same address at two providers is two users', async () => {
    const subjects = await Promise.all(
      ['google', 'github', 'okta'].map(async (kind) => partsOf((await logIn(kind, 'ada')).accessToken).claims.sub),
    );
    expect(new Set(subjects).size).toBe(3);
  });

  it('#156 the account number at GitHub is the identity', async () => {
    const [first, second] = [await logIn('github', 'grace'), await logIn('github', 'grace')];
    const claims = partsOf(first.accessToken).claims;
    expect(claims.upstream_sub).toMatch(/^\d+$/);
    expect(partsOf(second.accessToken).claims.sub).toBe(claims.sub);
  });
});

describe('Access rules', () => {
  it.each([
    ['#160 google', 'outsider'],
    ['github', 'outsider'],
    ['auth0', 'outsider'],
    ['okta', 'outsider'],
    ['#157 entra', 'outsider'],
    ['cognito', 'outsider'],
    ['#155 google', 'unverified'],
    ['#155 okta', 'unverified'],
    ['#155 clerk', 'unverified'],
  ])('%s: login %s is denied', async (kind, login) => {
    const seen = await tryToLogIn(kind.replace(/^#\d+ /, ''), login);
    expect(seen.left).toBeUndefined();
    expect([seen.status, seen.html]).toEqual([403, expect.stringContaining('This account does not have access')]);
    expect(seen.html).toContain('Use another account');
  });

  it('#156 github: a membership grants access, an unverified address does not', async () => {
    const session = await logIn('github', 'unverified');
    expect(partsOf(session.accessToken).claims).not.toHaveProperty('email');
  });

  it.each(KINDS.filter((kind) => kind !== 'oidc'))(
    '%s: the client learns that the user declined at the provider',
    async (kind) => {
      const seen = await tryToLogIn(kind, 'declined');
      expect(Object.fromEntries(seen.left?.searchParams ?? [])).toMatchObject({
        error: 'access_denied',
        iss: cloud.origin,
      });
    },
  );
});

describe('A development provider that fails', () => {
  it.each([
    ['outage', 'oidc'],
    ['outage', 'github'],
    ['slow', 'entra'],
  ])('#161 %s at %s: "Try again" as another user completes the login', async (word, provider) => {
    const seen = await tryToLogIn(provider, `ada.${word}`);
    expect([seen.status, seen.left]).toEqual([503, undefined]);
    const again = new User(cloud, 'ada');
    await Promise.all(seen.cookies.map((cookie) => again.jar.setCookie(cookie, cloud.origin)));
    expect((await again.signIn(linkOf(seen, 'Try again'))).left?.searchParams.get('code')).toMatch(/^gh_ac_/);
  });
});

describe('Scopes that only some users may have', () => {
  const WANTED = 'mcp mcp:write';

  it.each(['github', 'okta', 'entra', 'cognito'])('%s: an admin gets every requested scope', async (kind) => {
    expect(scopesOf(await logIn(kind, 'ada.admin', WANTED))).toContain('mcp:write');
  });

  // Use a new user: one who already has the other scopes would get access_denied for a useless step-up.
  it.each(['github', 'okta', 'entra', 'cognito'])('%s: other users get the remaining scopes', async (kind) => {
    const scopes = scopesOf(await logIn(kind, 'lin', WANTED));
    expect(scopes).toContain('mcp');
    expect(scopes).not.toContain('mcp:write');
  });
});
