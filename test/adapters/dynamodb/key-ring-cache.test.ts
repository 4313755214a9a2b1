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

  it('a cold start waits for one read, even with parallel requests', async () => {
    await Promise.all([cache.read(), cache.read(), cache.read()]);
    await cache.read();
    expect(reads).toBe(1);
  });

  it('refreshes in the background, so that the request does not wait', async () => {
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

  it('never uses a copy older than 60 s: it waits, and reports a fault', async () => {
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

  it('the age of a copy counts from the start of its read', async () => {
    answer = async () => {
      now += 59;
      return ring;
    };
    await cache.read();
    now += 1;
    answer = async () => ringOf(otherKey);
    expect(await cache.read()).toEqual(ringOf(otherKey));
  });

  it('#95, #110: unknown key ids cause at most one read per 30 s', async () => {
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

  it('#114: an unknown key id during an outage is a fault, not an invalid token', async () => {
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

  it('an unknown key id at a cold start costs one read, not two', async () => {
    expect(await cache.findKey('unknown')).toBeUndefined();
    expect(reads).toBe(1);
  });

  it('a missing first key is a fault too', async () => {
    answer = async () => undefined;
    await expect(cache.findKey('unknown')).rejects.toThrow(UnavailableError);
  });
});
