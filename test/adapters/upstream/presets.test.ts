import type { NeededClaims } from '../../../lambdas/core/upstream/claims.ts';
import { OidcIdentityProvider } from '../../../lambdas/runtime/adapters/upstream/oidc.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  MisbehavingProvider,
  sendJson,
} from '../../support/providers/misbehaving-provider.ts';

const LEG = { state: 'the-state', nonce: 'the-nonce', codeVerifier: 'v'.repeat(43) };
const TENANT = '11111111-1111-4111-8111-111111111111';
const NOW = () => Math.floor(Date.now() / 1000);

let provider: MisbehavingProvider;
beforeAll(async () => {
  provider = await MisbehavingProvider.start();
});
beforeEach(() => {
  provider.reset();
  provider.nonce = LEG.nonce;
});
afterAll(() => provider.stop());

const identify = async (
  kind: 'google' | 'auth0' | 'okta' | 'entra' | 'clerk' | 'cognito',
  claims: NeededClaims = {},
  issuer = provider.issuer,
) => {
  const idp = new OidcIdentityProvider(
    { id: kind, kind, issuer, scopes: ['openid', 'email', 'profile'], claims, redirectUri: 'https://gate.example/cb' },
    {
      read: async () => ({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }),
      readAgain: async () => ({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }),
    },
    NOW,
  );
  return (await idp.identify(new URLSearchParams({ code: 'upstream-code', state: LEG.state }), LEG)).identity;
};

describe('Kinds of OpenID providers', () => {
  it('#160 google: keeps hd if rules read it', async () => {
    provider.claims = { hd: 'example.com', groups: ['unasked'] };
    expect((await identify('google', { hd: { values: ['example.com'] } })).claims).toEqual({ hd: ['example.com'] });
    expect(await identify('google')).not.toHaveProperty('claims');
  });

  it('okta: reads groups from userinfo if the ID token lacks them', async () => {
    provider.userInfo = { sub: 'person-1', groups: ['staff', 'admins'] };
    expect((await identify('okta', { groups: { values: ['staff', 'admins'] } })).claims).toEqual({
      groups: ['staff', 'admins'],
    });
  });

  it('#153 okta: not the groups of another user', async () => {
    provider.userInfo = { sub: 'person-2', groups: ['admins'] };
    await expect(identify('okta', { groups: { values: ['staff', 'admins'] } })).rejects.toMatchObject({
      reason: 'rejected',
    });
  });

  it.each(['google', 'entra', 'cognito'] as const)('%s: never asks userinfo', async (kind) => {
    provider.claims = { email: undefined, name: undefined };
    provider.userInfo = { sub: 'person-1', email: 'eve@example.com', email_verified: true };
    expect(await identify(kind, { groups: { values: ['staff'] } })).toMatchObject({ emailVerified: false });
    expect(provider.seen('/userinfo')).toHaveLength(0);
  });
});

describe('Multi-tenant Entra', () => {
  const issuer = () => `${provider.issuer}/organizations/v2.0`;
  beforeEach(() => {
    provider.answers.set('/organizations/v2.0/.well-known/openid-configuration', (response) =>
      sendJson(response, 200, {
        issuer: `${provider.issuer}/{tenantid}/v2.0`,
        authorization_endpoint: `${provider.issuer}/auth`,
        token_endpoint: `${provider.issuer}/token`,
        jwks_uri: `${provider.issuer}/jwks`,
      }),
    );
    provider.claims = { iss: `${provider.issuer}/${TENANT}/v2.0`, tid: TENANT, email_verified: undefined };
  });

  it('#149 the user’s issuer is the tenant’s issuer', async () => {
    expect(await identify('entra', { tid: { values: [TENANT] } }, issuer())).toMatchObject({
      issuer: `${provider.issuer}/${TENANT}/v2.0`,
      emailVerified: false,
      claims: { tid: [TENANT] },
    });
  });

  it.each([
    ['#149 the issuer of another tenant', { tid: '22222222-2222-4222-8222-222222222222' }],
    ['#149 no tenant', { tid: undefined }],
    ['#149 an invalid tenant', { tid: 'organizations' }],
    ['#149 another host', { iss: `https://evil.test/${TENANT}/v2.0` }],
    ['#149 the template itself', { iss: 'https://login.microsoftonline.com/{tenantid}/v2.0', tid: '{tenantid}' }],
    ['#151 another nonce', { nonce: 'other' }],
    ['#150 another audience', { aud: 'other' }],
  ])('%s is refused', async (_, claims) => {
    provider.claims = { ...provider.claims, ...claims };
    await expect(identify('entra', {}, issuer())).rejects.toMatchObject({ reason: 'rejected' });
  });
});
