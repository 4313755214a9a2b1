import { nextRefreshToken } from '../../../lambdas/core/grants/refresh-token.ts';
import { DynamoDbGrantStore } from '../../../lambdas/runtime/adapters/dynamodb/grant-store.ts';
import type { GrantStore } from '../../../lambdas/runtime/ports/index.ts';
import { dynamoDbImplementations } from '../../support/dynamodb.ts';
import { rounds } from '../../support/long-form.ts';
import { MemoryGrantStore } from '../../support/memory/memory-grant-store.ts';
import { NOW, REFRESH_LIFETIMES, redeemedGrant, testGrant } from '../../support/memory/records.ts';

const CROWD = Array.from({ length: rounds(20, 50) });

const contract = (open: () => Promise<{ store: GrantStore; close: () => Promise<void> }>) => {
  let store: GrantStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ store, close } = await open());
  });
  afterAll(() => close());

  const created = async (overrides: Parameters<typeof testGrant>[0] = {}) => {
    const grant = testGrant(overrides);
    await store.createGrant(grant);
    return grant;
  };
  const createdWithFamily = async () => {
    const { grant, first } = redeemedGrant();
    await store.createGrant(grant);
    return { grant, first };
  };
  const successorOf = ({ grant, first }: ReturnType<typeof redeemedGrant>, now = NOW + 10) => {
    if (grant.family === undefined) throw new Error('no family');
    return nextRefreshToken(first.token, grant.family, REFRESH_LIFETIMES, now).family;
  };

  it('returns a grant as it was stored', async () => {
    const grant = await created({ scopes: [] });
    expect(await store.findGrant(grant.grantId, NOW)).toEqual(grant);
  });

  it('keeps missing members missing and empty texts empty', async () => {
    const { email: _, ...identity } = testGrant().identity;
    const grant = await created({ identity: { ...identity, name: '' } });
    expect(await store.findGrant(grant.grantId, NOW)).toEqual(grant);
  });

  it('does not find a grant that was never created', async () => {
    expect(await store.findGrant('unknown', NOW)).toBeUndefined();
  });

  it('#44, #84: does not find an expired grant whose row still exists', async () => {
    const grant = await created();
    expect(await store.findGrant(grant.grantId, grant.expiresAt - 1)).toBeDefined();
    expect(await store.findGrant(grant.grantId, grant.expiresAt)).toBeUndefined();
  });

  it('never overwrites a grant', async () => {
    const grant = await created();
    await expect(store.createGrant({ ...grant, subject: 'another subject' })).rejects.toThrow('exist');
    expect((await store.findGrant(grant.grantId, NOW))?.subject).toBe(grant.subject);
  });

  it('redeems a code and stores the result of the redemption', async () => {
    const grant = await created();
    const { first } = redeemedGrant();
    const redemption = { clientAuthMethod: 'none', family: first.family, expiresAt: NOW + 5000 } as const;
    expect(await store.redeemCode(grant, redemption)).toBe('redeemed');
    expect(await store.findGrant(grant.grantId, NOW)).toEqual({ ...grant, ...redemption, status: 'redeemed' });
  });

  it('redeems without a family for clients that get no refresh token', async () => {
    const grant = await created();
    expect(await store.redeemCode(grant, { clientAuthMethod: 'none', expiresAt: NOW + 5000 })).toBe('redeemed');
    expect((await store.findGrant(grant.grantId, NOW))?.family).toBeUndefined();
  });

  it('#40: exactly one of 50 parallel redemptions wins, every time', async () => {
    for (let round = 0; round < rounds(5, 100); round += 1) {
      const grant = await created();
      const outcomes = await Promise.all(
        CROWD.map((_, index) => store.redeemCode(grant, { clientAuthMethod: 'none', expiresAt: NOW + 1000 + index })),
      );
      const winner = outcomes.indexOf('redeemed');
      expect(outcomes.filter((outcome) => outcome === 'redeemed')).toHaveLength(1);
      // The row shows the write of the winner.
      expect((await store.findGrant(grant.grantId, NOW))?.expiresAt).toBe(NOW + 1000 + winner);
    }
  });

  it('does not redeem a grant that is redeemed, revoked or missing', async () => {
    const redemption = { clientAuthMethod: 'none', expiresAt: NOW + 5000 } as const;
    const [redeemed, revoked] = [await created(), await created()];
    await store.redeemCode(redeemed, redemption);
    await store.revokeGrant(revoked.grantId);
    expect(await store.redeemCode(redeemed, redemption)).toBe('lost');
    expect(await store.redeemCode(revoked, redemption)).toBe('lost');
    expect(await store.redeemCode(testGrant(), redemption)).toBe('lost');
    expect((await store.findGrant(revoked.grantId, NOW))?.status).toBe('revoked');
  });

  it('rotates to the successor and moves the expiry', async () => {
    const created = await createdWithFamily();
    const family = successorOf(created);
    expect(await store.rotateRefreshToken(created.grant, family, NOW + 7000)).toBe('rotated');
    const expected = { ...created.grant, family, expiresAt: NOW + 7000 };
    expect(await store.findGrant(created.grant.grantId, NOW)).toEqual(expected);
  });

  it('#79: exactly one of 20 parallel rotations wins, and all others see its row', async () => {
    for (let round = 0; round < 10; round += 1) {
      const created = await createdWithFamily();
      const outcomes = await Promise.all(
        CROWD.slice(0, 20).map(() => store.rotateRefreshToken(created.grant, successorOf(created), NOW + 7000)),
      );
      expect(outcomes.filter((outcome) => outcome === 'rotated')).toHaveLength(1);
      const row = await store.findGrant(created.grant.grantId, NOW);
      for (const outcome of outcomes) if (outcome !== 'rotated') expect(outcome.lost).toEqual(row);
    }
  });

  it('does not rotate a generation that is not the current one, nor a revoked family', async () => {
    const stale = await createdWithFamily();
    await store.rotateRefreshToken(stale.grant, successorOf(stale), NOW + 7000);
    expect(await store.rotateRefreshToken(stale.grant, successorOf(stale), NOW + 7000)).toMatchObject({
      lost: { family: { generation: 2 } },
    });
    const revoked = await createdWithFamily();
    await store.revokeGrant(revoked.grant.grantId);
    expect(await store.rotateRefreshToken(revoked.grant, successorOf(revoked), NOW + 7000)).toMatchObject({
      lost: { status: 'revoked', family: { generation: 1 } },
    });
    const gone = redeemedGrant();
    expect(await store.rotateRefreshToken(gone.grant, successorOf(gone), NOW + 7000)).toEqual({ lost: undefined });
  });

  it('a revocation is final; revoking again or a missing grant is not an error and creates no row', async () => {
    const grant = await created();
    await store.revokeGrant(grant.grantId);
    await store.revokeGrant(grant.grantId);
    await store.revokeGrant('unknown');
    expect(await store.findGrant(grant.grantId, NOW)).toEqual({ ...grant, status: 'revoked' });
    expect(await store.findGrant('unknown', 0)).toBeUndefined();
  });

  describe('the stored upstream session', () => {
    const upstream = { version: 1, checkedAt: NOW, tokens: { encryptedDataKey: 'k', ciphertext: 'c' } };
    const withUpstream = async () => {
      const { grant } = redeemedGrant({ upstream });
      await store.createGrant(grant);
      return grant;
    };

    it('moves from version to version, together with the identity', async () => {
      const grant = await withUpstream();
      const change = { upstream: { version: 2, checkedAt: NOW + 9 }, identity: { ...grant.identity, name: 'Renamed' } };
      expect(await store.replaceUpstream(grant, change)).toBe('replaced');
      expect(await store.findGrant(grant.grantId, NOW)).toEqual({ ...grant, ...change });
    });

    it('#90: exactly one of 20 parallel requests gets the lease, and all others see its row', async () => {
      for (let round = 0; round < 10; round += 1) {
        const grant = await withUpstream();
        const change = { upstream: { ...upstream, version: 2, leaseExpiresAt: NOW + 30 } };
        const outcomes = await Promise.all(CROWD.slice(0, 20).map(() => store.replaceUpstream(grant, change)));
        expect(outcomes.filter((outcome) => outcome === 'replaced')).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome !== 'replaced') expect(outcome.lost?.upstream).toEqual(change.upstream);
        }
      }
    });

    it('a concurrent rotation does not disturb it', async () => {
      const grant = await withUpstream();
      const { first } = redeemedGrant();
      await store.rotateRefreshToken(grant, { ...(grant.family ?? first.family), generation: 2 }, NOW + 7000);
      expect(await store.replaceUpstream(grant, { upstream: { ...upstream, version: 2 } })).toBe('replaced');
      expect((await store.findGrant(grant.grantId, NOW))?.family?.generation).toBe(2);
    });

    it('is deleted by a revocation, and is not stored again', async () => {
      const grant = await withUpstream();
      await store.revokeGrant(grant.grantId);
      const outcome = await store.replaceUpstream(grant, { upstream: { ...upstream, version: 2 } });
      expect(outcome).toMatchObject({ lost: { status: 'revoked' } });
      expect(await store.findGrant(grant.grantId, NOW)).not.toHaveProperty('upstream');
    });
  });
};

describe('GrantStore in memory', () =>
  contract(async () => ({ store: new MemoryGrantStore(), close: async () => {} })));

describe.each(dynamoDbImplementations())('GrantStore in %s', (_name, start) =>
  contract(async () => {
    const dynamoDb = await start();
    const store = new DynamoDbGrantStore(dynamoDb.client, await dynamoDb.createTable('grantId'));
    return { store, close: () => dynamoDb.close() };
  }),
);
