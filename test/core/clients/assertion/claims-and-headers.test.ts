import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { CLIENT_ASSERTION_ALGORITHMS } from '../../../../lambdas/core/clients/jwks.ts';
import { goodClaims, INVALID_CLIENT, ISSUER, NOW, published, sign, TOKEN_ENDPOINT, world } from './fixture.ts';

describe('private_key_jwt (RFC 7523 §3, OpenID Connect Core §9, #202)', () => {
  it.each(CLIENT_ASSERTION_ALGORITHMS)('accepts %s', async (alg) => {
    const { authenticate, asked } = world();
    await expect(authenticate(await sign({}, {}, alg))).resolves.toBeUndefined();
    expect(asked).toEqual(['keys', 'store']);
  });

  it.each([
    ['the token endpoint as audience, as ChatGPT sends it', { aud: TOKEN_ENDPOINT }],
    ['a list of one audience', { aud: [ISSUER] }],
    ['the issuer and the token endpoint', { aud: [ISSUER, TOKEN_ENDPOINT] }],
    ['no iat', { iat: undefined }],
    ['a clock that is 60 seconds ahead', { iat: NOW + 60, nbf: NOW + 60, exp: NOW + 660 }],
    ['a clock that is almost 60 seconds behind', { iat: NOW - 100, exp: NOW - 59 }],
    ['a jti of 255 characters', { jti: 'x'.repeat(255) }],
  ])('accepts %s', async (_name, claims) => {
    await expect(world().authenticate(await sign(claims))).resolves.toBeUndefined();
  });

  it.each([
    ['iss of another client', { iss: 'https://evil.example.net/c.json' }],
    ['no iss', { iss: undefined }],
    ['sub of another client', { sub: 'https://evil.example.net/c.json' }],
    ['another audience', { aud: 'https://other.example.org' }],
    ['a trailing slash', { aud: `${ISSUER}/` }],
    ['another endpoint of this server', { aud: `${ISSUER}/revoke` }],
    ['a second, foreign audience', { aud: [ISSUER, 'https://evil.example.net'] }],
    ['an empty list of audiences', { aud: [] }],
    ['no audience', { aud: undefined }],
    ['no exp', { exp: undefined }],
    ['exp as text', { exp: String(NOW + 60) }],
    ['exp more than a minute ago', { exp: NOW - 60 }],
    ['exp more than ten minutes ahead', { exp: NOW + 661 }],
    ['exp at the end of time', { exp: 1e300 }],
    ['nbf in the future', { nbf: NOW + 61 }],
    ['nbf as text', { nbf: 'now' }],
    ['iat in the future', { iat: NOW + 61 }],
    ['iat as text', { iat: 'now' }],
    ['no jti', { jti: undefined }],
    ['an empty jti', { jti: '' }],
    ['jti as number', { jti: 1 }],
    ['a long jti', { jti: 'x'.repeat(256) }],
  ])('refuses %s before any key is fetched', async (_name, claims) => {
    const { authenticate, asked } = world();
    await expect(authenticate(await sign(claims))).rejects.toMatchObject(INVALID_CLIENT);
    expect(asked).toEqual([]);
  });

  it.each([
    ['at+jwt', { typ: 'at+jwt' }],
    ['logout+jwt', { typ: 'logout+jwt' }],
    ['a kid that is not a string', { kid: 7 }],
  ])('refuses the header %s', async (_name, header) => {
    const { authenticate, asked } = world();
    await expect(authenticate(await sign({}, header))).rejects.toMatchObject(INVALID_CLIENT);
    expect(asked).toEqual([]);
  });

  it.each(['JWT', 'jwt', 'client-authentication+jwt'])('accepts typ %s', async (typ) => {
    await expect(world().authenticate(await sign({}, { typ }))).resolves.toBeUndefined();
  });

  it('refuses alg none, HS256 with the public key as secret, and text that is not a JWT (CVE-2015-9235)', async () => {
    const { authenticate, asked } = world();
    const secret = new TextEncoder().encode(JSON.stringify(published[0]));
    const symmetric = await new SignJWT(goodClaims).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).sign(secret);
    const good = await sign();
    const unsigned = new UnsecuredJWT(goodClaims).encode();
    const bad = [
      symmetric,
      unsigned,
      '',
      'a.b',
      'a.b.c',
      `${good}.x`,
      '....',
      good.split('.').slice(0, 2).join('.'),
      'x'.repeat(8193),
    ];
    for (const jwt of bad) await expect(authenticate(jwt)).rejects.toMatchObject(INVALID_CLIENT);
    expect(asked).toEqual([]);
  });

  it('refuses a changed claim, a missing signature, and the key of another client', async () => {
    const { authenticate, used } = world();
    const [header, , signature] = (await sign()).split('.');
    const payload = Buffer.from(JSON.stringify({ ...goodClaims, jti: 'other' })).toString('base64url');
    const stranger = await generateKeyPair('ES256');
    const forged = await new SignJWT(goodClaims)
      .setProtectedHeader({ alg: 'ES256', kid: 'ES256' })
      .sign(stranger.privateKey);
    for (const jwt of [`${header}.${payload}.${signature}`, `${header}.${payload}.`, forged]) {
      await expect(authenticate(jwt)).rejects.toMatchObject(INVALID_CLIENT);
    }
    expect(used.size).toBe(0);
  });

  it('ignores keys in the header (jwk, jku, x5c)', async () => {
    const { authenticate } = world();
    const stranger = await generateKeyPair('ES256', { extractable: true });
    const jwt = await new SignJWT(goodClaims)
      .setProtectedHeader({
        alg: 'ES256',
        jwk: await exportJWK(stranger.publicKey),
        jku: 'https://evil.example.net/jwks',
      })
      .sign(stranger.privateKey);
    await expect(authenticate(jwt)).rejects.toMatchObject(INVALID_CLIENT);
  });

  it('refuses critical extensions', async () => {
    const [, payload, signature] = (await sign()).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'ES256', crit: ['b64'], b64: true })).toString(
      'base64url',
    );
    await expect(world().authenticate(`${header}.${payload}.${signature}`)).rejects.toMatchObject({
      detail: expect.stringContaining('crit'),
    });
  });

  it('refuses a client that did not declare private_key_jwt', async () => {
    const { authenticate, asked } = world({ client: { tokenEndpointAuthMethods: ['none'] } });
    await expect(authenticate(await sign())).rejects.toMatchObject(INVALID_CLIENT);
    expect(asked).toEqual([]);
  });

  it('refuses an algorithm other than token_endpoint_auth_signing_alg (OpenID Connect Registration §2)', async () => {
    const { authenticate } = world({ client: { tokenEndpointAuthSigningAlg: 'RS256' } });
    await expect(authenticate(await sign({}, {}, 'PS256'))).rejects.toMatchObject(INVALID_CLIENT);
    await expect(authenticate(await sign({}, {}, 'RS256'))).resolves.toBeUndefined();
  });
});
