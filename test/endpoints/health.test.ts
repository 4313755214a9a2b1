import { healthFlow } from '../../lambdas/health/handler.ts';
import { endpoint } from '../../lambdas/shared/http/endpoint.ts';
import { invoke } from '../support/front-half.ts';
import { MemoryKeyRingStore } from '../support/memory-stores.ts';

const PUBLIC_JWK = { kty: 'RSA', n: 'n', e: 'AQAB', kid: 'k', alg: 'RS256', use: 'sig' } as const;
const KEY = { kid: 'k', keyArn: 'arn:aws:kms:eu-central-1:000000000000:key/1', publicJwk: PUBLIC_JWK, since: 1 };

const ask = (store: MemoryKeyRingStore) =>
  invoke(endpoint(healthFlow({ keyRing: store }), { log: () => undefined }), { path: '/health' });

describe('Health', () => {
  it('is ok when there is a key to sign with, and says nothing else', async () => {
    const answer = await ask(new MemoryKeyRingStore({ version: 1, keys: [{ ...KEY, state: 'active' }] }));
    expect([answer.status, answer.body]).toEqual([200, '{"status":"ok"}']);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('is 503 while there is none, or the table cannot be read', async () => {
    const down = new MemoryKeyRingStore();
    down.failing = true;
    for (const store of [new MemoryKeyRingStore(), new MemoryKeyRingStore({ version: 1, keys: [] }), down]) {
      const answer = await ask(store);
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
      expect(answer.body).not.toMatch(/arn|DynamoDB|key/);
    }
  });
});
