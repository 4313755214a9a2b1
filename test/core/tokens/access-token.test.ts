import { createHmac, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { formatRefreshToken } from '../../../lambdas/core/grants/refresh-token.ts';
import {
  type AccessTokenClaims,
  accessTokenClaims,
  clientAccessTokenClaims,
  verifyAccessToken,
} from '../../../lambdas/core/tokens/access-token.ts';
import { AccessTokenError } from '../../../lambdas/core/tokens/access-token-error.ts';
import { publicKeyOf } from '../../../lambdas/core/tokens/key-ring.ts';
import { newTestKey, ringOf, signedJwt } from '../../support/credentials/signing-key.ts';
import { ISSUER, NOW, RESOURCE, redeemedGrant, testGrant } from '../../support/memory/records.ts';

const key = newTestKey();
const foreignKey = newTestKey();
const ring = ringOf(key);
const { kid } = key.publicJwk;
const HEADER = { alg: 'RS256', typ: 'at+jwt', kid };
const OPTIONS = { issuer: ISSUER, lifetimeSeconds: 3600, now: NOW };
const claims = accessTokenClaims(testGrant(), ['mcp'], OPTIONS);
const valid = signedJwt(key, claims);

let lookups: string[];
beforeEach(() => {
  lookups = [];
});
const verify = (token: string, now = NOW): Promise<AccessTokenClaims> => {
  const findKey = async (wanted: string) => {
    lookups.push(wanted);
    return publicKeyOf(ring, wanted);
  };
  return verifyAccessToken(token, findKey, { issuer: ISSUER, audience: RESOURCE, now });
};
const reasonFor = async (token: string, now = NOW): Promise<string> => {
  try {
    await verify(token, now);
  } catch (error) {
    if (error instanceof AccessTokenError) return error.reason;
    throw error;
  }
  return 'accepted';
};
const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const without = (name: string) => Object.fromEntries(Object.entries(claims).filter(([member]) => member !== name));

describe('Access token claims of the client credentials grant (RFC 9068 §2.2)', () => {
  const own = clientAccessTokenClaims({ clientId: 'machine', resource: RESOURCE, scopes: ['mcp', 'email'] }, OPTIONS);

  it('the subject is the client, without a grant, a provider or claims of a user', async () => {
    expect(own).toEqual({
      iss: ISSUER,
      sub: 'machine',
      aud: RESOURCE,
      client_id: 'machine',
      scope: 'mcp email',
      iat: NOW,
      exp: NOW + 3600,
      jti: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect(await reasonFor(signedJwt(key, own))).toBe('accepted');
  });

  it.each([
    ['a grant without a provider', { ...own, grant_id: 'g' }],
    ['a provider without a grant', { ...own, idp: 'company' }],
    ['a subject that is not the client', { ...own, sub: 'subject-of-ada' }],
    ['a grant that is not text', { ...own, grant_id: 1, idp: 'company' }],
  ])('%s is refused as neither kind of token', async (_, mixed) => {
    expect(await reasonFor(signedJwt(key, mixed))).toBe('missing_claim');
  });
});

describe('Access token claims (RFC 9068 §2.2)', () => {
  it('#105: has every required claim, the grant and the provider, and no personal data', () => {
    expect(claims).toEqual({
      iss: ISSUER,
      sub: 'subject-of-ada',
      aud: RESOURCE,
      client_id: 'client-1',
      scope: 'mcp',
      iat: NOW,
      exp: NOW + 3600,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      grant_id: expect.any(String),
      idp: 'company',
    });
    expect(accessTokenClaims(testGrant(), ['mcp'], OPTIONS).jti).not.toBe(claims.jti);
  });

  it('#107: e-mail only with its scope and only when verified; name and upstream subject only with profile', () => {
    const grant = testGrant();
    const unverified = testGrant({ identity: { ...grant.identity, emailVerified: false } });
    expect(accessTokenClaims(grant, ['email'], OPTIONS)).toMatchObject({ email: 'ada@example.com' });
    expect(accessTokenClaims(unverified, ['email'], OPTIONS)).not.toHaveProperty('email');
    const withProfile = accessTokenClaims(grant, ['profile'], OPTIONS);
    expect(withProfile).toMatchObject({ name: 'Ada Lovelace', upstream_sub: 'ada-upstream' });
    expect(withProfile).not.toHaveProperty('email');
  });

  it('#106, #120: truncates a long name between characters', () => {
    const grant = testGrant({ identity: { ...testGrant().identity, name: '👩🏽‍🚀'.repeat(2000) } });
    const { name } = accessTokenClaims(grant, ['profile'], OPTIONS);
    expect([...(name ?? '')]).toHaveLength(128);
    expect(name?.isWellFormed()).toBe(true);
  });
});

describe('Access token verification (RFC 9068 §4, RFC 8725 §3)', () => {
  it('accepts what we issue', async () => {
    expect(await verify(valid)).toEqual(claims);
    expect(lookups).toEqual([kid]);
  });

  const pem = key.publicKey.export({ type: 'spki', format: 'pem' });
  const der = key.publicKey.export({ type: 'spki', format: 'der' });
  const hs256 = (secret: string | Buffer) => {
    const input = `${b64({ ...HEADER, alg: 'HS256' })}.${b64(claims)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const [header = '', payload = '', signature = ''] = valid.split('.');

  it.each([
    ['#93 alg none', `${b64({ ...HEADER, alg: 'none' })}.${payload}.`, 'wrong_algorithm'],
    ['#93 alg None', `${b64({ ...HEADER, alg: 'None' })}.${payload}.`, 'wrong_algorithm'],
    ['#93 empty signature', `${header}.${payload}.`, 'bad_signature'],
    ['#94 HS256 with the PEM', hs256(pem), 'wrong_algorithm'],
    ['#94 HS256 with the DER', hs256(der), 'wrong_algorithm'],
    ['#94 HS256 with the modulus', hs256(key.publicJwk.n), 'wrong_algorithm'],
    ['RS512', signedJwt(key, claims, { ...HEADER, alg: 'RS512' }), 'wrong_algorithm'],
    ['PS256', signedJwt(key, claims, { ...HEADER, alg: 'PS256' }), 'wrong_algorithm'],
    ['alg missing', signedJwt(key, claims, { typ: 'at+jwt', kid }), 'wrong_algorithm'],
    ['#95 kid missing', signedJwt(key, claims, { alg: 'RS256', typ: 'at+jwt' }), 'unknown_key'],
    ['#95 kid a path', signedJwt(key, claims, { ...HEADER, kid: '../../dev/null' }), 'unknown_key'],
    ['#95 kid a URL', signedJwt(key, claims, { ...HEADER, kid: 'https://evil.test/key' }), 'unknown_key'],
    ['#95 kid SQL', signedJwt(key, claims, { ...HEADER, kid: "' or 1=1 --" }), 'unknown_key'],
    ['#95 kid very long', signedJwt(key, claims, { ...HEADER, kid: 'a'.repeat(100_000) }), 'unknown_key'],
    ['#95 kid an array', signedJwt(key, claims, { ...HEADER, kid: [kid] }), 'unknown_key'],
    ['#95 kid unknown', signedJwt(foreignKey, claims), 'unknown_key'],
    ['another key under our kid', signedJwt(foreignKey, claims, HEADER), 'bad_signature'],
    ['#96 jwk', signedJwt(foreignKey, claims, { ...HEADER, jwk: foreignKey.publicJwk }), 'bad_signature'],
    ['#96 jku', signedJwt(foreignKey, claims, { ...HEADER, jku: 'https://evil.test/jwks' }), 'bad_signature'],
    ['#96 x5u', signedJwt(foreignKey, claims, { ...HEADER, x5u: 'https://evil.test/x5' }), 'bad_signature'],
    ['#96 x5c', signedJwt(foreignKey, claims, { ...HEADER, x5c: ['MIIB'] }), 'bad_signature'],
    ['#97 crit', signedJwt(key, claims, { ...HEADER, crit: ['exp'], exp: 1 }), 'malformed'],
    ['#97 b64', signedJwt(key, claims, { ...HEADER, b64: false, crit: ['b64'] }), 'malformed'],
    ['#97 five parts', `${valid}.a.b`, 'malformed'],
    ['#97 nested', signedJwt(key, valid), 'malformed'],
    ['two parts', `${header}.${payload}`, 'malformed'],
    ['changed payload', `${header}.${b64({ ...claims, sub: 'eve' })}.${signature}`, 'bad_signature'],
    ['#98 typ JWT', signedJwt(key, claims, { ...HEADER, typ: 'JWT' }), 'wrong_type'],
    ['#98 typ missing', signedJwt(key, claims, { alg: 'RS256', kid }), 'wrong_type'],
    ['#98 typ application/at+jwt', signedJwt(key, claims, { ...HEADER, typ: 'id_token+jwt' }), 'wrong_type'],
    ['payload an array', signedJwt(key, [claims]), 'malformed'],
    ['payload null', signedJwt(key, null), 'malformed'],
    ['#87 a refresh token', formatRefreshToken(redeemedGrant().first.token), 'malformed'],
    ['nothing', '', 'malformed'],
    ['dots', '..', 'malformed'],
  ])('%s', async (_name, token, reason) => {
    expect(await reasonFor(token)).toBe(reason);
  });

  it.each([
    ['#99 another resource', { aud: `${ISSUER}/other` }, 'wrong_audience'],
    ['#99 a prefix', { aud: `${RESOURCE}.evil.test` }, 'wrong_audience'],
    ['#99 an array with a foreign one', { aud: [RESOURCE, 'https://evil.test'] }, 'wrong_audience'],
    ['#99 an array of ours alone', { aud: [RESOURCE] }, 'wrong_audience'],
    ['#100 #101 the upstream issuer', { iss: 'https://login.example.com' }, 'wrong_issuer'],
    ['#101 trailing slash', { iss: `${ISSUER}/` }, 'wrong_issuer'],
    ['#101 other case', { iss: ISSUER.toUpperCase() }, 'wrong_issuer'],
    ['#102 expired this second', { exp: NOW }, 'expired'],
    ['#102 expired a second ago: no leeway', { exp: NOW - 1 }, 'expired'],
    ['#102 exp a text', { exp: String(NOW + 60) }, 'missing_claim'],
    ['#102 exp a fraction', { exp: NOW + 0.5 }, 'missing_claim'],
    ['#102 exp huge', { exp: 1e300 }, 'missing_claim'],
    ['#102 exp negative', { exp: -1 }, 'missing_claim'],
    ['#102 exp null', { exp: null }, 'missing_claim'],
    ['#102 iat 61 s ahead', { iat: NOW + 61 }, 'not_yet_valid'],
    ['#102 iat 59 s ahead', { iat: NOW + 59 }, 'accepted'],
    ['#102 nbf 61 s ahead', { nbf: NOW + 61 }, 'not_yet_valid'],
    ['#102 nbf 59 s ahead', { nbf: NOW + 59 }, 'accepted'],
    ['#102 nbf a text', { nbf: 'now' }, 'not_yet_valid'],
    ['scope a list', { scope: ['mcp'] }, 'missing_claim'],
  ])('%s', async (_name, change, reason) => {
    expect(await reasonFor(signedJwt(key, { ...claims, ...change }))).toBe(reason);
  });

  it.each([
    ['iss', 'wrong_issuer'],
    ['aud', 'wrong_audience'],
    ...['sub', 'client_id', 'scope', 'iat', 'exp', 'jti', 'grant_id', 'idp'].map((name) => [name, 'missing_claim']),
  ] as [string, string][])('#105: without %s it is refused', async (name, reason) => {
    expect(await reasonFor(signedJwt(key, without(name)))).toBe(reason);
  });

  it('#95: only thumbprints reach the lookup', async () => {
    for (const wanted of ['../x', 'https://evil.test', '', 'a'.repeat(44), '__proto__']) {
      await reasonFor(signedJwt(key, claims, { ...HEADER, kid: wanted }));
    }
    expect(lookups).toEqual([]);
  });

  it('a fault of the lookup passes through, and is not an invalid token', async () => {
    const fault = new Error('DynamoDB');
    const verification = verifyAccessToken(valid, () => Promise.reject(fault), { issuer: ISSUER, now: NOW });
    await expect(verification).rejects.toBe(fault);
  });

  it('refuses any text, and any change of any character', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await reasonFor(text)).not.toBe('accepted');
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(valid.length - 2), fc.constantFrom('A', 'z', '.', '=', ' '), async (at, character) => {
        fc.pre(valid[at] !== character);
        expect(await reasonFor(valid.slice(0, at) + character + valid.slice(at + 1))).not.toBe('accepted');
      }),
    );
  });

  it('the public key of the ring is the one that signed', () => {
    expect(createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' }).equals(key.publicKey)).toBe(true);
  });
});
