import { healthHandler } from '../../lambdas/health/handler.ts';
import { endpoint } from '../../lambdas/runtime/http/endpoint.ts';
import type { SigningKeyState } from '../../lambdas/runtime/ports/index.ts';
import { invoke } from '../support/authorization/invoke.ts';
import { MemoryKeyRingStore } from '../support/memory/memory-stores.ts';

const PUBLIC_JWK = { kty: 'RSA', n: 'n', e: 'AQAB', kid: 'k', alg: 'RS256', use: 'sig' } as const;
const KEY = { kid: 'k', keyArn: 'arn:aws:kms:eu-central-1:000000000000:key/1', publicJwk: PUBLIC_JWK, since: 1 };

type State = 'filled' | 'empty' | 'unknown';
const ask = (
  store: MemoryKeyRingStore,
  states: Readonly<Record<string, State>> = { company: 'filled' },
  keyState: SigningKeyState = 'enabled',
) => {
  const signingKey = async (keyArn: string) => (keyArn === KEY.keyArn ? keyState : 'unknown');
  const secrets = new Map(Object.entries(states).map(([id, state]) => [id, async () => state]));
  return invoke(endpoint(healthHandler({ keyRing: store, signingKey, secrets }), { log: () => undefined }), {
    path: '/health',
  });
};
const working = () => new MemoryKeyRingStore({ version: 1, keys: [{ ...KEY, state: 'active' }] });

describe('Health', () => {
  it('is ok when there is a key to sign with, and says nothing else', async () => {
    const answer = await ask(working());
    expect([answer.status, answer.body]).toEqual([200, '{"status":"ok"}']);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('A22: is 503 and says why while there is none, or the table cannot be read', async () => {
    const down = new MemoryKeyRingStore();
    down.failing = true;
    for (const store of [new MemoryKeyRingStore(), new MemoryKeyRingStore({ version: 1, keys: [] }), down]) {
      const answer = await ask(store);
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.stringMatching(/^[2-8]$/)]);
      const reason = store === down ? 'the key ring cannot be read' : 'there is no signing key';
      expect(answer.body).toContain(`No token can be issued: ${reason}`);
      expect(answer.body).not.toMatch(/arn:|DynamoDB|memory/);
    }
  });

  it.each([
    ['disabled', 'the signing key is disabled in KMS.'],
    ['deleted', 'the signing key is deleted in KMS, or scheduled for deletion.'],
  ] as const)('A22: is 503 while the signing key is %s, and names no ARN', async (state, reason) => {
    const { status, headers, body } = await ask(working(), { company: 'empty' }, state);
    expect([status, headers['retry-after']]).toEqual([503, expect.stringMatching(/^[2-8]$/)]);
    const answer = JSON.parse(body);
    expect([answer.error, answer.error_description]).toEqual([
      'temporarily_unavailable',
      `No token can be issued: ${reason}`,
    ]);
    expect(body).not.toContain('arn:');
  });

  it('A22: is degraded while KMS does not say whether the key can sign', async () => {
    const { status, body } = await ask(working(), {}, 'unknown');
    const problems = ['signing key: KMS does not say whether it can sign'];
    expect([status, JSON.parse(body)]).toEqual([200, { status: 'degraded', problems }]);
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
