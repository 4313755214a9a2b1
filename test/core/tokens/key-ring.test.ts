import { calculateJwkThumbprint } from 'jose';
import { activeKey, jwkSet, publicJwkOf, publicKeyOf } from '../../../lambdas/core/tokens/key-ring.ts';
import { newTestKey, ringOf } from '../../support/credentials/signing-key.ts';

describe('Key ring', () => {
  it('RFC 7638 §3.1: the key id is the thumbprint (its own example)', async () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3' +
      'oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA' +
      'ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-' +
      'kEgU8awapJzKnqDKgw';
    expect(publicJwkOf(n, 'AQAB').kid).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
    const { publicJwk } = newTestKey();
    expect(publicJwk.kid).toBe(await calculateJwkThumbprint(publicJwk));
  });

  it('finds keys in every state, and signs only with the active key', () => {
    const [next, active, retiring] = [newTestKey('next'), newTestKey('active'), newTestKey('retiring')];
    const ring = ringOf(next, active, retiring);
    expect(activeKey(ring)).toBe(active.signingKey);
    for (const key of [next, active, retiring]) expect(publicKeyOf(ring, key.publicJwk.kid)).toBe(key.publicJwk);
    expect(publicKeyOf(ring, 'toString')).toBeUndefined();
    expect(jwkSet(ring).keys.map(({ kid }) => kid)).toEqual(ring.keys.map(({ kid }) => kid));
  });

  it('#210: the JWK Set carries public members only', () => {
    const { signingKey } = newTestKey();
    const careless = { ...signingKey, publicJwk: { ...signingKey.publicJwk, d: 'private', p: 'private', x5c: [] } };
    expect(Object.keys(jwkSet({ version: 1, keys: [careless] }).keys[0] ?? {})).toEqual([
      'kty',
      'n',
      'e',
      'kid',
      'alg',
      'use',
    ]);
  });
});
