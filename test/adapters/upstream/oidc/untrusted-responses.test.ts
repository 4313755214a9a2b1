import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type MisbehavingProvider,
  sendJson,
} from '../../../support/providers/misbehaving-provider.ts';
import { callback, expectReason, identify, LEG, NOW, provider, useProvider } from './fixture.ts';

useProvider();

describe('An untrustworthy ID token (OpenID Connect Core §3.1.3.7)', () => {
  it.each([
    ['#149 another issuer', { iss: 'https://evil.test' }],
    ['#149 the issuer with a slash', { iss: 'http://localhost/' }],
    ['#150 another audience', { aud: 'other' }],
    ['#150 several audiences and no azp', { aud: [CLIENT_ID, 'other'] }],
    ['#150 another azp', { aud: [CLIENT_ID, 'other'], azp: 'other' }],
    ['#151 no nonce', { nonce: undefined }],
    ['#151 another nonce', { nonce: 'other' }],
    ['#152 expired', { exp: NOW() - 61 }],
    ['#152 no expiry', { exp: undefined }],
    ['#152 an expiry as text', { exp: '9999999999' }],
    ['#152 not yet valid', { nbf: NOW() + 120 }],
    ['#152 from the future', { iat: NOW() + 120 }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a subject that is too long', { sub: 'x'.repeat(256) }],
    ['a subject that is a number', { sub: 7 }],
  ])('%s', async (_, claims) => {
    provider.claims = claims;
    await expectReason(identify(), 'rejected');
  });

  it.each([
    ['a minute of skew', { exp: NOW() - 30, iat: NOW() + 30 }],
    ['our azp beside another audience', { aud: [CLIENT_ID, 'other'], azp: CLIENT_ID }],
  ])('but %s is fine', async (_, claims) => {
    provider.claims = claims;
    expect(await identify()).toMatchObject({ subject: 'person-1' });
  });

  const withSignature = async (sign: MisbehavingProvider['sign']) => {
    const original = provider.sign;
    provider.sign = sign;
    try {
      await expectReason(identify(), 'rejected');
    } finally {
      provider.sign = original;
    }
  };

  it('#148 alg none', () => withSignature(async (claims) => new UnsecuredJWT(claims).encode()));

  it('#148 HS256 with our own secret', () =>
    withSignature((claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(CLIENT_SECRET.padEnd(32))),
    ));

  it('#148 HS256, even if the provider advertises it', async () => {
    provider.metadata = { id_token_signing_alg_values_supported: ['HS256', 'none'] };
    await withSignature((claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(CLIENT_SECRET.padEnd(32))),
    );
  });

  it('#148 a signature by another key with the known kid, and with the key embedded', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    await withSignature((claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', jwk }).sign(privateKey),
    );
  });

  it('#148 an unknown key', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    await withSignature((claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k2' }).sign(privateKey),
    );
  });

  it('#163 no ID token, no token type, no access token', async () => {
    const whole = {
      access_token: 'a',
      token_type: 'Bearer',
      id_token: await provider.sign(provider.goodClaims(LEG.nonce)),
    };
    for (const missing of ['access_token', 'token_type', 'id_token']) {
      provider.answers.set('/token', (response) => sendJson(response, 200, { ...whole, [missing]: undefined }));
      await expectReason(identify(), 'rejected');
    }
  });
});

describe('An invalid authorization response', () => {
  it.each([
    ['another state', { state: 'other' }, 'rejected'],
    ['#146 iss of another provider (RFC 9207)', { iss: 'https://evil.test' }, 'rejected'],
    ['a hybrid response', { id_token: 'x' }, 'rejected'],
    ['access_denied', { error: 'access_denied' }, 'denied'],
    ['login_required', { error: 'login_required' }, 'denied'],
    ['invalid_scope', { error: 'invalid_scope' }, 'misconfigured'],
    ['an undefined error code', { error: 'x<script>' }, 'rejected'],
    ['server_error', { error: 'server_error' }, 'unavailable'],
    ['temporarily_unavailable', { error: 'temporarily_unavailable' }, 'unavailable'],
  ] as const)('%s is %s, and from the browser', async (_, parameters, reason) => {
    await expect(identify(callback(parameters))).rejects.toMatchObject({ reason, isFromBrowser: true });
    expect(provider.seen('/token')).toHaveLength(0);
  });

  it('a refused code is from the browser, refused credentials are not', async () => {
    provider.answers.set('/token', (response) => sendJson(response, 400, { error: 'invalid_grant' }));
    await expect(identify()).rejects.toMatchObject({ reason: 'rejected', isFromBrowser: true });
    provider.answers.set('/token', (response) => sendJson(response, 400, { error: 'invalid_client' }));
    await expect(identify()).rejects.toMatchObject({ reason: 'misconfigured', isFromBrowser: false });
  });

  it('#146 no iss, although the provider promises one', async () => {
    provider.metadata = { authorization_response_iss_parameter_supported: true };
    await expectReason(identify(), 'rejected');
    expect(await identify(callback({ iss: provider.issuer }))).toMatchObject({ subject: 'person-1' });
  });
});
