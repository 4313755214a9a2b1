import { healthHandler } from '../../lambdas/health/handler.ts';
import { endpoint } from '../../lambdas/runtime/http/endpoint.ts';
import { invoke } from '../support/authorization/invoke.ts';
import { MemoryKeyRingStore } from '../support/memory/memory-stores.ts';

const PUBLIC_JWK = { kty: 'RSA', n: 'n', e: 'AQAB', kid: 'k', alg: 'RS256', use: 'sig' } as const;
const KEY = { kid: 'k', keyArn: 'arn:aws:kms:eu-central-1:000000000000:key/1', publicJwk: PUBLIC_JWK, since: 1 };

type State = 'filled' | 'empty' | 'unknown';
const ask = (store: MemoryKeyRingStore, states: Readonly<Record<string, State>> = { company: 'filled' }) => {
  const secrets = new Map(Object.entries(states).map(([id, state]) => [id, async () => state]));
  return invoke(endpoint(healthHandler({ keyRing: store, secrets }), { log: () => undefined }), { path: '/health' });
};
const working = () => new MemoryKeyRingStore({ version: 1, keys: [{ ...KEY, state: 'active' }] });

describe('Health', () => {
  it('is ok when there is a key to sign with, and says nothing else', async () => {
    const answer = await ask(working());
    expect([answer.status, answer.body]).toEqual([200, '{"status":"ok"}']);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('is 503 while there is none, or the table cannot be read', async () => {
    const down = new MemoryKeyRingStore();
    down.failing = true;
    for (const store of [new MemoryKeyRingStore(), new MemoryKeyRingStore({ version: 1, keys: [] }), down]) {
      const answer = await ask(store);
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.stringMatching(/^[2-8]$/)]);
      expect(answer.body).not.toMatch(/arn|DynamoDB|key/);
    }
  });

  it('is degraded, not down, while a provider has no secret: it names the provider and the command', async () => {
    const { status, body } = await ask(working(), { company: 'filled', 'my-github': 'empty', okta: 'unknown' });
    expect([status, JSON.parse(body)]).toEqual([
      200,
      {
        status: 'degraded',
        problems: [
          'identity provider "my-github": no secret yet; run the command that cdk deploy printed as SecretCommandMyGithub',
          'identity provider "okta": Secrets Manager does not say whether there is a secret',
        ],
      },
    ]);
  });

  it('is down without a key, regardless of other problems', async () => {
    const { status, body } = await ask(new MemoryKeyRingStore(), { company: 'empty' });
    expect([status, body.includes('company')]).toEqual([503, false]);
  });
});
