import { UnavailableError } from '../../../../lambdas/core/oauth-error.ts';
import { CLIENT_ID, sendJson } from '../../../support/providers/misbehaving-provider.ts';
import {
  callback,
  credentials,
  expectReason,
  identify,
  LEG,
  NOW,
  provider,
  REDIRECT_URI,
  relyingParty,
  useProvider,
} from './fixture.ts';

useProvider();

describe('OpenID provider as upstream (OpenID Connect Core §3.1)', () => {
  it('redirects with our own state, nonce and PKCE, and nothing else', async () => {
    const url = await relyingParty().authorizationUrl(LEG);
    expect(`${url.origin}${url.pathname}`).toBe(`${provider.issuer}/auth`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: CLIENT_ID,
      redirect_uri: REDIRECT_URI,
      scope: 'openid email profile',
      state: LEG.state,
      nonce: LEG.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    const other = await relyingParty().authorizationUrl(LEG, { selectAccount: true });
    expect(other.searchParams.get('prompt')).toBe('select_account');
  });

  it('identifies the user, and reads userinfo only if claims are missing', async () => {
    expect(await identify()).toEqual({
      identityProviderId: 'company',
      issuer: provider.issuer,
      subject: 'person-1',
      email: 'ada@example.com',
      emailVerified: true,
      name: 'Ada Lovelace',
    });
    expect(provider.seen('/userinfo')).toHaveLength(0);
    const sent = new URLSearchParams(provider.seen('/token')[0]?.body);
    expect(Object.fromEntries(sent)).toEqual({
      grant_type: 'authorization_code',
      code: 'upstream-code',
      redirect_uri: REDIRECT_URI,
      code_verifier: LEG.codeVerifier,
    });
  });

  it('sends the secret in the body if the provider accepts nothing else', async () => {
    provider.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    await identify();
    expect(provider.seen('/token')[0]).toMatchObject({
      authorization: undefined,
      body: expect.stringContaining('client_secret='),
    });
  });

  it('keeps discovery and keys in memory', async () => {
    const idp = relyingParty();
    await identify(callback(), idp);
    await identify(callback(), idp);
    expect([provider.seen('/.well-known/openid-configuration').length, provider.seen('/jwks').length]).toEqual([1, 1]);
  });

  it('#164 uses the last valid discovery document while the provider has none', async () => {
    let now = NOW();
    const idp = relyingParty(credentials(), undefined, () => now);
    await idp.prepare();
    provider.answers.set('/.well-known/openid-configuration', (response) => sendJson(response, 500, {}));
    now += 7200;
    await idp.prepare();
    now += 86_400;
    await expect(idp.prepare()).rejects.toThrow(UnavailableError);
  });
});

describe('Email address and name (OpenID Connect Core §5)', () => {
  it('come from userinfo if the ID token lacks them', async () => {
    provider.claims = { email: undefined, email_verified: undefined, name: undefined };
    provider.userInfo = { sub: 'person-1', email: 'ada@example.org', email_verified: true, name: 'Ada' };
    expect(await identify()).toMatchObject({ email: 'ada@example.org', emailVerified: true, name: 'Ada' });
  });

  it('#153 never come from userinfo about another user', async () => {
    provider.claims = { email: undefined };
    provider.userInfo = { sub: 'person-2', email: 'eve@example.com', email_verified: true };
    await expectReason(identify(), 'rejected');
  });

  it.each(['true', 1, 'false', false, null, undefined, {}])(
    '#155 email_verified: %j does not count',
    async (email_verified) => {
      provider.claims = { email_verified };
      provider.userInfo = { sub: 'person-1', email: 'ada@example.com', email_verified };
      expect(await identify()).toMatchObject({ emailVerified: false });
    },
  );

  it('#155 an email address in one source is not verified by the other', async () => {
    provider.claims = { email: 'eve@example.com', email_verified: undefined };
    provider.userInfo = { sub: 'person-1', email_verified: true };
    expect(await identify()).toMatchObject({ emailVerified: false });
  });

  it.each(['a b@example.com', 'a@b@c', 'x', '', 'a\n@example.com', 7, `${'x'.repeat(320)}@example.com`])(
    'an address like %j is none',
    async (email) => {
      provider.claims = { email };
      expect(await identify()).not.toHaveProperty('email');
    },
  );

  it('#120 a name has no control characters and a limited length', async () => {
    provider.claims = { name: `A\r\nd\u202Ea${'x'.repeat(5000)}` };
    const { name = '' } = await identify();
    expect(name).toMatch(/^Adax+$/);
    expect(name).toHaveLength(200);
  });

  it('an outage of userinfo is an outage', async () => {
    provider.claims = { email: undefined };
    provider.answers.set('/userinfo', (response) => sendJson(response, 503, {}));
    await expect(identify()).rejects.toThrow(UnavailableError);
  });
});
