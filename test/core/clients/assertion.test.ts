import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import {
  authenticateByAssertion,
  type ClientAssertionDeps,
  parseClientAssertion,
} from '../../../lambdas/core/clients/assertion.ts';
import type { Client } from '../../../lambdas/core/clients/client.ts';
import { CLIENT_ASSERTION_ALGORITHMS } from '../../../lambdas/core/clients/jwks.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';

const FETCH = { mayFetchKeys: true };
const NOW = 1_790_000_000;
const ISSUER = 'https://mcp.example.org';
const TOKEN_ENDPOINT = `${ISSUER}/token`;
const CLIENT_ID = 'https://client.example.org/client.json';

const signing = {
  RS256: await generateKeyPair('RS256', { extractable: true }),
  PS256: await generateKeyPair('PS256', { extractable: true }),
  ES256: await generateKeyPair('ES256', { extractable: true }),
  EdDSA: await generateKeyPair('EdDSA', { extractable: true }),
};
type Alg = keyof typeof signing;
const publicJwk = async (alg: Alg, members: JWK = {}): Promise<JWK> => ({
  ...(await exportJWK(signing[alg].publicKey)),
  kid: alg,
  ...members,
});
const published = await Promise.all(CLIENT_ASSERTION_ALGORITHMS.map((alg) => publicJwk(alg)));

const client: Client = {
  clientId: CLIENT_ID,
  source: 'document',
  redirectUris: ['https://client.example.org/callback'],
  grantTypes: ['authorization_code'],
  tokenEndpointAuthMethods: ['private_key_jwt', 'none'],
  jwksUri: 'https://client.example.org/jwks.json',
  issuedAt: 0,
};

const goodClaims: JWTPayload = { iss: CLIENT_ID, sub: CLIENT_ID, aud: ISSUER, exp: NOW + 60, iat: NOW, jti: 'one' };
const sign = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, alg: Alg = 'ES256') =>
  new SignJWT({ ...goodClaims, ...claims } as JWTPayload)
    .setProtectedHeader({ alg, kid: alg, ...header })
    .sign(signing[alg].privateKey);

interface World {
  keys?: readonly JWK[];
  newerKeys?: readonly JWK[];
  client?: Partial<Client>;
}
/** Everything that was asked of keys and store. */
const world = ({ keys = published, newerKeys = keys, client: members = {} }: World = {}) => {
  const asked: string[] = [];
  const used = new Map<string, number>();
  const deps: ClientAssertionDeps = {
    issuer: ISSUER,
    tokenEndpoint: TOKEN_ENDPOINT,
    now: () => NOW,
    keys: {
      findKeys: async (_client, { unknownKid = false }) => {
        asked.push(unknownKid ? 'newer keys' : 'keys');
        return unknownKid ? newerKeys : keys;
      },
    },
    assertions: {
      useOnce: async (clientId, jti, expiresAt) => {
        asked.push('store');
        const key = JSON.stringify([clientId, jti]);
        if (used.has(key)) return false;
        used.set(key, expiresAt);
        return true;
      },
    },
  };
  const authenticate = async (jwt: string) =>
    authenticateByAssertion(deps, { ...client, ...members }, parseClientAssertion(jwt), FETCH);
  return { deps, asked, used, authenticate };
};
const INVALID_CLIENT = { name: 'OAuthError', code: 'invalid_client', status: 401 };

describe('private_key_jwt (RFC 7523 §3, OpenID Connect Core §9, #202)', () => {
  it.each(CLIENT_ASSERTION_ALGORITHMS)('takes %s', async (alg) => {
    const { authenticate, asked } = world();
    await expect(authenticate(await sign({}, {}, alg))).resolves.toBeUndefined();
    expect(asked).toEqual(['keys', 'store']);
  });

  it.each([
    ['the token endpoint as audience, as ChatGPT has it', { aud: TOKEN_ENDPOINT }],
    ['a list of one audience', { aud: [ISSUER] }],
    ['both of our names', { aud: [ISSUER, TOKEN_ENDPOINT] }],
    ['no iat', { iat: undefined }],
    ['a clock that is 60 seconds ahead', { iat: NOW + 60, nbf: NOW + 60, exp: NOW + 660 }],
    ['a clock that is almost 60 seconds behind', { iat: NOW - 100, exp: NOW - 59 }],
    ['a jti of 255 characters', { jti: 'x'.repeat(255) }],
  ])('takes %s', async (_name, claims) => {
    await expect(world().authenticate(await sign(claims))).resolves.toBeUndefined();
  });

  it.each([
    ['iss of another', { iss: 'https://evil.example.net/c.json' }],
    ['no iss', { iss: undefined }],
    ['sub of another client', { sub: 'https://evil.example.net/c.json' }],
    ['another audience', { aud: 'https://other.example.org' }],
    ['a trailing slash', { aud: `${ISSUER}/` }],
    ['another endpoint of ours', { aud: `${ISSUER}/revoke` }],
    ['a second, foreign audience', { aud: [ISSUER, 'https://evil.example.net'] }],
    ['an empty list of audiences', { aud: [] }],
    ['no audience', { aud: undefined }],
    ['no exp', { exp: undefined }],
    ['exp as text', { exp: String(NOW + 60) }],
    ['exp past, by all leeway', { exp: NOW - 60 }],
    ['exp more than ten minutes ahead', { exp: NOW + 661 }],
    ['exp at the end of time', { exp: 1e300 }],
    ['nbf ahead', { nbf: NOW + 61 }],
    ['nbf as text', { nbf: 'now' }],
    ['iat ahead', { iat: NOW + 61 }],
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
    ['a kid that is no string', { kid: 7 }],
  ])('refuses the header %s', async (_name, header) => {
    const { authenticate, asked } = world();
    await expect(authenticate(await sign({}, header))).rejects.toMatchObject(INVALID_CLIENT);
    expect(asked).toEqual([]);
  });

  it.each(['JWT', 'jwt', 'client-authentication+jwt'])('takes typ %s', async (typ) => {
    await expect(world().authenticate(await sign({}, { typ }))).resolves.toBeUndefined();
  });

  it('refuses alg none, HS256 under the public key, and what is no JWT (CVE-2015-9235)', async () => {
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

  it('refuses a changed claim, a signature cut off, and the key of another', async () => {
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

  it('ignores keys that the header brings along (jwk, jku, x5c)', async () => {
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

  it('a client that did not declare private_key_jwt cannot use it', async () => {
    const { authenticate, asked } = world({ client: { tokenEndpointAuthMethods: ['none'] } });
    await expect(authenticate(await sign())).rejects.toMatchObject(INVALID_CLIENT);
    expect(asked).toEqual([]);
  });

  it('token_endpoint_auth_signing_alg is binding (OpenID Connect Registration §2)', async () => {
    const { authenticate } = world({ client: { tokenEndpointAuthSigningAlg: 'RS256' } });
    await expect(authenticate(await sign({}, {}, 'PS256'))).rejects.toMatchObject(INVALID_CLIENT);
    await expect(authenticate(await sign({}, {}, 'RS256'))).resolves.toBeUndefined();
  });
});

describe('jti is used once (RFC 7523 §3)', () => {
  it('the same assertion again is refused, also when both come at once', async () => {
    const { authenticate } = world();
    const jwt = await sign();
    const results = await Promise.allSettled([authenticate(jwt), authenticate(jwt), authenticate(jwt)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(authenticate(jwt)).rejects.toMatchObject({
      ...INVALID_CLIENT,
      detail: 'client assertion: jti was used before',
    });
  });

  it('is remembered for as long as the assertion would be accepted', async () => {
    const { authenticate, used } = world();
    await authenticate(await sign({ exp: NOW + 60.5 }));
    expect([...used.values()]).toEqual([NOW + 61 + 60]);
  });

  it('another client may use the same jti', async () => {
    const { deps, authenticate } = world();
    await authenticate(await sign());
    const other = { ...client, clientId: 'other' };
    const jwt = await sign({ iss: 'other', sub: 'other' });
    await expect(authenticateByAssertion(deps, other, parseClientAssertion(jwt), FETCH)).resolves.toBeUndefined();
  });

  it('a store that does not answer is a fault of ours, not the client’s', async () => {
    const { deps } = world();
    const broken = { ...deps, assertions: { useOnce: () => Promise.reject(new UnavailableError('DynamoDB')) } };
    await expect(
      authenticateByAssertion(broken, client, parseClientAssertion(await sign()), FETCH),
    ).rejects.toBeInstanceOf(UnavailableError);
  });
});

describe('which key (RFC 7515 §4.1.4, RFC 7517 §4)', () => {
  it('reads the keys once more for an unknown kid', async () => {
    const { authenticate, asked } = world({ keys: [await publicJwk('RS256')], newerKeys: published });
    await expect(authenticate(await sign())).resolves.toBeUndefined();
    expect(asked).toEqual(['keys', 'newer keys', 'store']);
  });

  it('refuses a kid that the newer keys lack as well', async () => {
    const { authenticate, asked } = world();
    await expect(authenticate(await sign({}, { kid: 'nobody' }))).rejects.toMatchObject(INVALID_CLIENT);
    expect(asked).toEqual(['keys', 'newer keys']);
  });

  it('without kid tries the keys that fit', async () => {
    const stranger = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey);
    const { authenticate } = world({ keys: [stranger, ...published] });
    await expect(authenticate(await sign({}, { kid: undefined }))).resolves.toBeUndefined();
  });

  it.each([
    ['use: enc', { use: 'enc' }],
    ['another alg', { alg: 'ES384' }],
    ['key_ops without verify', { key_ops: ['sign'] }],
  ])('passes over a key with %s', async (_name, members) => {
    const { authenticate } = world({ keys: [await publicJwk('ES256', members as JWK)] });
    await expect(authenticate(await sign())).rejects.toMatchObject(INVALID_CLIENT);
  });

  it('refuses RSA keys below 2048 bits (RFC 7518 §3.3)', async () => {
    const { generateKeyPairSync, sign: rawSign } = await import('node:crypto');
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const input = [{ alg: 'RS256' }, goodClaims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const jwt = `${input}.${rawSign('sha256', Buffer.from(input), weak.privateKey).toString('base64url')}`;
    const { authenticate } = world({ keys: [weak.publicKey.export({ format: 'jwk' }) as JWK] });
    await expect(authenticate(jwt)).rejects.toMatchObject(INVALID_CLIENT);
  });
});
