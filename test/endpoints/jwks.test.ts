import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { importJWK, jwtVerify } from 'jose';
import { JWKS_MAX_AGE_SECONDS, jwksHandler } from '../../lambdas/jwks/handler.ts';
import { endpoint } from '../../lambdas/runtime/http/endpoint.ts';
import { newTestKey, ringOf, signedJwt } from '../support/credentials/signing-key.ts';
import { memoryLog } from '../support/http/post-form.ts';
import { MemoryKeyRingStore } from '../support/memory/memory-stores.ts';

const get = async (keyRings: MemoryKeyRingStore) => {
  const handler = endpoint(jwksHandler({ keyRings }), { log: memoryLog().log, cors: true });
  const event = { httpMethod: 'GET', path: '/.well-known/jwks.json', requestContext: { requestId: 'r' } };
  const result = await handler(event as APIGatewayProxyEvent, {} as Context);
  return { status: result.statusCode, headers: result.headers ?? {}, body: JSON.parse(result.body) };
};

describe('JWK Set (RFC 7517 §5)', () => {
  it('#210: every key of the ring, only public members, cacheable for at most an hour, for every origin', async () => {
    const keys = [newTestKey('next'), newTestKey('active'), newTestKey('retiring')];
    const { status, headers, body } = await get(new MemoryKeyRingStore(ringOf(...keys)));
    expect(status).toBe(200);
    expect(body).toEqual({ keys: keys.map(({ publicJwk }) => publicJwk) });
    for (const jwk of body.keys) expect(Object.keys(jwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(headers['cache-control']).toBe(`public, max-age=${JWKS_MAX_AGE_SECONDS}`);
    expect(JWKS_MAX_AGE_SECONDS).toBeLessThanOrEqual(3600);
    expect(headers['access-control-allow-origin']).toBe('*');
  });

  it('#108: verifies what the key signed', async () => {
    const key = newTestKey();
    const { body } = await get(new MemoryKeyRingStore(ringOf(key)));
    const { payload } = await jwtVerify(signedJwt(key, { sub: 'ada' }), await importJWK(body.keys[0], 'RS256'));
    expect(payload).toEqual({ sub: 'ada' });
  });

  it('is 503, and never cached, while there is no ring or no table', async () => {
    const failing = new MemoryKeyRingStore(ringOf(newTestKey()));
    failing.failing = true;
    for (const store of [new MemoryKeyRingStore(), failing]) {
      const { status, headers } = await get(store);
      expect(status).toBe(503);
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'retry-after': expect.any(String) });
    }
  });
});
