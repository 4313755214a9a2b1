import { EncryptJWT } from 'jose';
import { UnavailableError } from '../../lambdas/core/oauth-error.ts';
import { requestSealer } from '../../lambdas/runtime/adapters/sealing/sealers.ts';
import { sealingKey } from '../../lambdas/runtime/adapters/secrets-manager/sealing-keys.ts';
import type { SealingKey, SealingKeys } from '../../lambdas/runtime/ports/index.ts';

const NOW = 1_800_000_000;
const REQUEST = {
  clientId: 'gh_client_test',
  clientSource: 'registered',
  redirectUri: 'https://client.example.com/cb',
  state: 'the state',
  codeChallenge: 'c'.repeat(43),
  scopes: ['mcp'],
  resource: 'https://gate.example.com/mcp',
} as const;

const [OLD, CURRENT] = [sealingKey('old secret'), sealingKey('current secret')];

const keysOf = (current: SealingKey, ...accepted: SealingKey[]): SealingKeys => ({
  current: async () => current,
  find: async (id) => [current, ...accepted].find((key) => key.id === id),
});

const sealer = requestSealer(keysOf(CURRENT, OLD), 600);

describe('Sealed requests', () => {
  it('open in the same browser within ten minutes', async () => {
    const sealed = await sealer.seal(REQUEST, 'page', NOW);
    expect(await sealer.open(sealed, 'page', NOW + 599)).toEqual({
      transactionId: expect.stringMatching(/^[\w-]{22}$/),
      sealingKeyId: CURRENT.id,
      request: REQUEST,
      expiresAt: NOW + 600,
    });
  });

  it('have distinct ids', async () => {
    const opened = await Promise.all(
      [1, 2].map(async () => sealer.open(await sealer.seal(REQUEST, 'page', NOW), 'page', NOW)),
    );
    expect(opened[0]?.transactionId).not.toBe(opened[1]?.transactionId);
  });

  it('do not open in another browser, after they expire, or with any character changed', async () => {
    const sealed = await sealer.seal(REQUEST, 'page', NOW);
    expect(await sealer.open(sealed, 'other', NOW)).toBeUndefined();
    expect(await sealer.open(sealed, 'page', NOW + 600)).toBeUndefined();
    const parts = sealed.split('.');
    for (const index of parts.keys()) {
      const part = parts[index] ?? '';
      const altered = `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`;
      expect(await sealer.open(parts.with(index, altered).join('.'), 'page', NOW)).toBeUndefined();
    }
    for (const text of ['', 'x', 'a.b.c', 'a.b.c.d.e', sealed.slice(0, -1)]) {
      expect(await sealer.open(text, 'page', NOW)).toBeUndefined();
    }
  });

  it('open with the previous key, but not with a key that was removed', async () => {
    const before = await requestSealer(keysOf(OLD), 600).seal(REQUEST, 'page', NOW);
    expect(await sealer.open(before, 'page', NOW)).toMatchObject({ sealingKeyId: OLD.id, request: REQUEST });
    expect(await requestSealer(keysOf(CURRENT), 600).open(before, 'page', NOW)).toBeUndefined();
  });

  it('do not use the key itself, which authenticates other values', async () => {
    const forged = await new EncryptJWT({ page: 'x', request: {} })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'gatehouse-request+jwt', kid: CURRENT.id })
      .setJti('x')
      .setExpirationTime(NOW + 600)
      .encrypt(CURRENT.bytes);
    expect(await sealer.open(forged, 'page', NOW)).toBeUndefined();
  });

  it('a fault of the secret store is a fault, not a refusal', async () => {
    const down: SealingKeys = {
      current: async () => CURRENT,
      find: async () => {
        throw new UnavailableError('Secrets Manager');
      },
    };
    const sealed = await sealer.seal(REQUEST, 'page', NOW);
    await expect(requestSealer(down, 600).open(sealed, 'page', NOW)).rejects.toThrow(UnavailableError);
  });
});
