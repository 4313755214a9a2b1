import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { OutcomeUnknownError } from '../../../lambdas/core/upstream/errors.ts';
import type { UpstreamIdentity } from '../../../lambdas/core/upstream/identity.ts';
import type { UpstreamCredentialsReader } from '../../../lambdas/runtime/adapters/upstream/credentials.ts';
import { OidcIdentityProvider, type OidcSettings } from '../../../lambdas/runtime/adapters/upstream/oidc.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  MisbehavingProvider,
  sendJson,
  UPSTREAM_ACCESS_TOKEN,
} from '../../support/providers/misbehaving-provider.ts';

const LEG = { state: 'the-state', nonce: 'the-nonce', codeVerifier: 'v'.repeat(43) };
const NOW = Math.floor(Date.now() / 1000);

let provider: MisbehavingProvider;
beforeAll(async () => {
  provider = await MisbehavingProvider.start();
});
beforeEach(() => {
  provider.reset();
  provider.nonce = LEG.nonce;
});
afterAll(() => provider.stop());

const credentials: UpstreamCredentialsReader = {
  read: async () => ({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }),
  readAgain: async () => ({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }),
};

const relyingParty = (settings: Partial<OidcSettings> = {}, reader = credentials) =>
  new OidcIdentityProvider(
    {
      id: 'company',
      kind: 'oidc',
      issuer: provider.issuer,
      scopes: ['openid', 'email', 'profile'],
      claims: {},
      redirectUri: 'https://gate.example.com/callback/company',
      isOffline: true,
      ...settings,
    },
    reader,
    () => NOW,
  );

const ada = (): UpstreamIdentity => ({
  identityProviderId: 'company',
  issuer: provider.issuer,
  subject: 'person-1',
  email: 'ada@example.com',
  emailVerified: true,
});

const renew = (idp = relyingParty()) => idp.renew({ refreshToken: 'upstream-refresh' }, ada());
const identified = async (idp?: OidcIdentityProvider) => (await renew(idp)).identify();
const refuse = (status: number, body: unknown) =>
  provider.answers.set('/token', (response) => {
    if (typeof body !== 'string') return sendJson(response, status, body);
    response.writeHead(status, { 'content-type': 'text/html' }).end(body);
  });

describe('A login whose tokens are kept', () => {
  it.each([
    ['oidc', { scope: 'openid email profile offline_access', prompt: 'consent' }],
    ['google', { scope: 'openid email profile', prompt: 'consent', access_type: 'offline' }],
    ['auth0', { scope: 'openid email profile offline_access' }],
    ['okta', { scope: 'openid email profile offline_access' }],
    ['entra', { scope: 'openid email profile offline_access' }],
    ['clerk', { scope: 'openid email profile offline_access' }],
    ['cognito', { scope: 'openid email profile' }],
  ] as const)('#168 %s is asked for a refresh token in its own way', async (kind, expected) => {
    const { searchParams } = await relyingParty({ kind }).authorizationUrl(LEG);
    const { scope, prompt, access_type } = Object.fromEntries(searchParams);
    expect(JSON.parse(JSON.stringify({ scope, prompt, access_type }))).toEqual(expected);
  });

  it('requests no unlisted scope, and none twice', async () => {
    provider.metadata = { scopes_supported: ['openid', 'email'] };
    expect((await relyingParty().authorizationUrl(LEG)).searchParams.get('scope')).toBe('openid email profile');
    provider.metadata = {};
    const scopes = ['openid', 'offline_access'];
    expect((await relyingParty({ scopes }).authorizationUrl(LEG)).searchParams.get('scope')).toBe(
      'openid offline_access',
    );
  });

  it('requests no refresh token for identity only', async () => {
    const url = await relyingParty({ kind: 'google' }).authorizationUrl(LEG, { identityOnly: true });
    expect([url.searchParams.get('prompt'), url.searchParams.get('access_type')]).toEqual([null, null]);
  });

  it('offers another account and consent in one prompt', async () => {
    const url = await relyingParty({ kind: 'google' }).authorizationUrl(LEG, { selectAccount: true });
    expect(url.searchParams.get('prompt')).toBe('select_account consent');
  });

  it('returns the provider’s tokens, with their expiry', async () => {
    provider.tokens = { refresh_token: 'first' };
    const parameters = new URLSearchParams({ code: 'upstream-code', state: LEG.state });
    const { tokens } = await relyingParty().identify(parameters, LEG);
    expect(tokens).toEqual({
      accessToken: UPSTREAM_ACCESS_TOKEN,
      accessTokenExpiresAt: NOW + 60,
      refreshToken: 'first',
    });
  });
});

describe('Asking a provider again (OpenID Connect Core §12)', () => {
  it('sends the refresh token as our client, and returns the current identity', async () => {
    provider.claims = { email: 'ada@example.org' };
    provider.tokens = { refresh_token: 'second' };
    const renewed = await renew();
    expect(renewed.tokens).toEqual({
      accessToken: UPSTREAM_ACCESS_TOKEN,
      accessTokenExpiresAt: NOW + 60,
      refreshToken: 'second',
    });
    expect(await renewed.identify()).toMatchObject({ subject: 'person-1', email: 'ada@example.org' });
    expect(Object.fromEntries(new URLSearchParams(provider.seen('/token')[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'upstream-refresh',
    });
  });

  it('RFC 6749 §6: keeps the refresh token if there is no new one', async () => {
    expect((await renew()).tokens.refreshToken).toBe('upstream-refresh');
  });

  it('reads userinfo if there is no ID token', async () => {
    provider.tokens = { id_token: undefined };
    provider.userInfo = { sub: 'person-1', email: 'new@example.com', email_verified: true, groups: ['staff'] };
    expect(await identified(relyingParty({ claims: { groups: { values: ['staff'] } } }))).toMatchObject({
      email: 'new@example.com',
      emailVerified: true,
      claims: { groups: ['staff'] },
    });
  });

  it.each(['google', 'entra', 'cognito'] as const)('%s without an ID token: as it was known', async (kind) => {
    provider.tokens = { id_token: undefined };
    expect(await identified(relyingParty({ kind }))).toEqual(ada());
    expect(provider.seen('/userinfo')).toHaveLength(0);
  });

  it.each(['google', 'entra', 'cognito', 'oidc'] as const)(
    '§12.2: %s, with an ID token that says nothing of address and name: those stay, rule claims do not',
    async (kind) => {
      provider.claims = { email: undefined, email_verified: undefined, name: undefined };
      provider.userInfo = { sub: 'person-1' };
      const known = { ...ada(), name: 'Ada', claims: { groups: ['staff'] } };
      const renewed = await relyingParty({ kind, claims: { groups: { values: ['staff'] } } }).renew(
        { refreshToken: 'upstream-refresh' },
        known,
      );
      expect(await renewed.identify()).toEqual({ ...ada(), name: 'Ada' });
    },
  );

  it('#155 an email address without email_verified is no longer verified', async () => {
    provider.claims = { email: 'ada@example.com', email_verified: false };
    expect(await identified()).toMatchObject({ email: 'ada@example.com', emailVerified: false });
  });

  it.each([
    ['the ID token', { claims: { sub: 'person-2' } }],
    ['userinfo alone', { tokens: { id_token: undefined }, userInfo: { sub: 'person-2' } }],
    ['userinfo beside an ID token', { claims: { email: undefined }, userInfo: { sub: 'person-2' } }],
  ])('#153 another user in %s is refused', async (_name, answers) => {
    Object.assign(provider, answers);
    await expect(identified()).rejects.toMatchObject({ reason: 'denied' });
  });

  it.each([
    [400, 'invalid_grant'],
    [400, 'interaction_required'],
    [403, 'access_denied'],
  ])('#88 %i %s: the provider refuses the user', async (status, error) => {
    refuse(status, { error });
    await expect(renew()).rejects.toMatchObject({ name: 'UpstreamError', reason: 'denied' });
  });

  it('a refusal of our client says nothing about the user', async () => {
    const reader = { ...credentials, read: async () => ({ clientId: CLIENT_ID, clientSecret: 'wrong' }) };
    const wrong = { ...reader, readAgain: reader.read };
    await expect(renew(relyingParty({}, wrong))).rejects.toMatchObject({ reason: 'misconfigured' });
  });

  it.each([{ error: 'slow_down' }, {}, '<html>'])('429 %j is an outage in which nothing was used up', async (body) => {
    refuse(429, body);
    const fault = await renew().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(UnavailableError);
    expect(fault).not.toBeInstanceOf(OutcomeUnknownError);
  });

  it.each([
    [500, { error: 'server_error' }],
    [502, '<html>'],
    [503, {}],
    [504, '<html>'],
    [404, '<html>'],
    [200, '<html>'],
  ])('#88 %i %j is no answer: the token may be used up', async (status, body) => {
    refuse(status, body);
    await expect(renew()).rejects.toThrow(OutcomeUnknownError);
  });

  it('after a lost response, the outcome is unknown', async () => {
    provider.answers.set('/token', (response) => void response.destroy());
    await expect(renew()).rejects.toThrow(OutcomeUnknownError);
  });

  it('new tokens are returned even if userinfo fails', async () => {
    provider.tokens = { id_token: undefined, refresh_token: 'second' };
    provider.answers.set('/userinfo', (response) => sendJson(response, 500, {}));
    const renewed = await renew();
    expect(renewed.tokens.refreshToken).toBe('second');
    await expect(renewed.identify()).rejects.toThrow(UnavailableError);
  });

  it('a forged ID token is rejected', async () => {
    provider.claims = { iss: 'https://evil.example' };
    await expect(renew()).rejects.toMatchObject({ reason: 'rejected' });
  });
});
