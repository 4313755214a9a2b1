import { sendJson } from '../../../support/providers/misbehaving-provider.ts';
import { callback, credentials, expectReason, identify, NOW, provider, relyingParty, useProvider } from './fixture.ts';

useProvider();

const BOTH = { token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'] };
const SCOPES = ['openid', 'email', 'profile'];

/** How the requests to the token endpoint authenticated, in turn. */
const methods = () =>
  provider.seen('/token').map(({ authorization, body }) => {
    const isPost = new URLSearchParams(body).has('client_secret');
    return authorization?.startsWith('Basic ') && !isPost ? 'basic' : 'post';
  });

describe('A14: authentication at the token endpoint of a provider (RFC 6749 §2.3.1)', () => {
  it.each([
    [undefined, ['basic']],
    [['client_secret_basic'], ['basic']],
    [['client_secret_post'], ['post']],
    [['client_secret_post', 'client_secret_basic'], ['basic']],
  ])('the provider lists %j: %j', async (token_endpoint_auth_methods_supported, expected) => {
    provider.metadata = { token_endpoint_auth_methods_supported };
    await identify();
    expect(methods()).toEqual(expected);
  });

  it('a provider that does not decode Basic is asked once more by post, and by post from then on', async () => {
    provider.metadata = BOTH;
    provider.decodesBasic = false;
    const idp = relyingParty();
    await identify(callback(), idp);
    await identify(callback(), idp);
    expect(methods()).toEqual(['basic', 'post', 'post']);
    await idp.renew({ refreshToken: 'upstream-refresh-token' }, await identify(callback(), idp));
    expect(methods().slice(3)).toEqual(['post', 'post']);
  });

  it('a refresh is asked once more by post, too', async () => {
    provider.metadata = BOTH;
    const idp = relyingParty();
    const known = await identify(callback(), idp);
    provider.decodesBasic = false;
    await idp.renew({ refreshToken: 'upstream-refresh-token' }, known);
    expect(methods()).toEqual(['basic', 'basic', 'post']);
  });

  it.each([[undefined], [['client_secret_basic']]])('no second request if the provider lists %j', async (listed) => {
    provider.metadata = { token_endpoint_auth_methods_supported: listed };
    provider.decodesBasic = false;
    await expectReason(identify(), 'misconfigured');
    expect(methods()).toEqual(['basic']);
  });

  it('a wrong secret is refused by both methods, and then read again once', async () => {
    provider.metadata = BOTH;
    const reader = credentials('wrong');
    await expectReason(identify(callback(), relyingParty(reader)), 'misconfigured');
    expect([methods(), reader.readAgainCount]).toEqual([['basic', 'post'], 1]);
  });

  it('a refused code is not sent again', async () => {
    provider.metadata = BOTH;
    provider.answers.set('/token', (response) => sendJson(response, 400, { error: 'invalid_grant' }));
    await expectReason(identify(), 'rejected');
    expect(methods()).toEqual(['basic']);
  });

  it.each([
    ['client_secret_post', 'post'],
    ['client_secret_basic', 'basic'],
  ] as const)('"tokenEndpointAuthentication": "%s" is the only method', async (configured, method) => {
    for (const listed of [['client_secret_basic'], ['client_secret_post'], undefined]) {
      provider.metadata = { token_endpoint_auth_methods_supported: listed };
      await identify(callback(), relyingParty(credentials(), SCOPES, NOW, configured));
    }
    expect(methods()).toEqual([method, method, method]);
    const wrong = relyingParty(credentials('wrong'), SCOPES, NOW, configured);
    await expectReason(identify(callback(), wrong), 'misconfigured');
    expect(methods()).toHaveLength(4);
  });
});
