import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import type { KeyRing } from '../../../lambdas/core/tokens/key-ring.ts';
import { KeyRingCache } from '../../../lambdas/runtime/adapters/dynamodb/key-ring-cache.ts';
import { newTestKey, ringOf } from '../../support/credentials/signing-key.ts';
import { NOW } from '../../support/memory/records.ts';

const key = newTestKey();
const otherKey = newTestKey();
const ring = ringOf(key);

describe('Key ring cache', () => {
  let now: number;
  let reads: number;
  let answer: () => Promise<KeyRing | undefined>;
  let cache: KeyRingCache;
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    now = NOW;
    reads = 0;
    answer = async () => ring;
    const load = () => {
      reads += 1;
      return answer();
    };
    cache = new KeyRingCache(load, () => now);
  });

  it('waits for one read when cold, however many ask', async () => {
    await Promise.all([cache.read(), cache.read(), cache.read()]);
    await cache.read();
    expect(reads).toBe(1);
  });

  it('refreshes beside the request, which does not wait', async () => {
    await cache.read();
    now += 30;
    let release = () => {};
    answer = () =>
      new Promise((resolve) => {
        release = () => resolve(ringOf(key, otherKey));
      });
    expect(await cache.read()).toEqual(ring);
    expect(reads).toBe(2);
    release();
    await settled();
    expect(await cache.read()).toEqual(ringOf(key, otherKey));
    expect(reads).toBe(2);
  });

  it('never acts on a copy older than 60 s: then it waits, and a fault is a fault', async () => {
    await cache.read();
    now += 60;
    answer = async () => {
      throw new UnavailableError('DynamoDB');
    };
    await expect(cache.read()).rejects.toThrow(UnavailableError);
    answer = async () => ringOf(otherKey);
    expect(await cache.read()).toEqual(ringOf(otherKey));
  });

  it('a failing background refresh fails no request, and is not repeated at once', async () => {
    await cache.read();
    now += 31;
    answer = async () => {
      throw new UnavailableError('DynamoDB');
    };
    for (let count = 0; count < 5; count += 1) {
      expect(await cache.read()).toEqual(ring);
      await settled();
    }
    expect(reads).toBe(2);
  });

  it('does not wait for a read that began before the environment was frozen', async () => {
    await cache.read();
    now += 31;
    answer = () => new Promise(() => {});
    await cache.read();
    now += 600;
    answer = async () => ringOf(otherKey);
    expect(await cache.read()).toEqual(ringOf(otherKey));
  });

  it('a copy is as old as the start of its read', async () => {
    answer = async () => {
      now += 59;
      return ring;
    };
    await cache.read();
    now += 1;
    answer = async () => ringOf(otherKey);
    expect(await cache.read()).toEqual(ringOf(otherKey));
  });

  it('#95, #110: unknown key ids make it read once per 30 s, however many come', async () => {
    await cache.read();
    now += 5;
    for (let count = 0; count < 1000; count += 1) {
      expect(await cache.findKey(`unknown-${count}`)).toBeUndefined();
    }
    expect(reads).toBe(2);
    now += 30;
    await cache.findKey('unknown');
    expect(reads).toBe(3);
  });

  it('#109: a key that was published a moment ago is found', async () => {
    await cache.read();
    now += 5;
    answer = async () => ringOf(key, otherKey);
    expect(await cache.findKey(otherKey.publicJwk.kid)).toEqual(otherKey.publicJwk);
  });

  it('#114: in an outage an unknown key id is no verdict on the token', async () => {
    await cache.read();
    now += 5;
    answer = async () => {
      throw new UnavailableError('DynamoDB');
    };
    await expect(cache.findKey('unknown')).rejects.toThrow(UnavailableError);
    await expect(cache.findKey('unknown')).rejects.toThrow(UnavailableError);
    expect(reads).toBe(2);
    expect(await cache.findKey(key.publicJwk.kid)).toEqual(key.publicJwk);
  });

  it('cold, an unknown key id costs one read, not two', async () => {
    expect(await cache.findKey('unknown')).toBeUndefined();
    expect(reads).toBe(1);
  });

  it('before the first key there is no verdict either', async () => {
    answer = async () => undefined;
    await expect(cache.findKey('unknown')).rejects.toThrow(UnavailableError);
  });
});
