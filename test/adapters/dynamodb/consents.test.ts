import { newConsent, type RememberedConsent } from '../../../lambdas/core/authorization/consent.ts';
import { newId } from '../../../lambdas/core/crypto.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { DynamoDbConsentStore } from '../../../lambdas/runtime/adapters/dynamodb/consent-store.ts';
import type { ConsentStore } from '../../../lambdas/runtime/ports/index.ts';
import {
  dynamoDbImplementations,
  failing,
  losingReplies,
  retrying,
  startDynalite,
  type TestDynamoDb,
} from '../../support/dynamodb.ts';
import { MemoryConsentStore } from '../../support/memory/memory-stores.ts';
import { NOW, RESOURCE } from '../../support/memory/records.ts';

const testConsent = (clientId = newId(), now = NOW): RememberedConsent =>
  newConsent(
    { clientId, redirectUri: 'https://client.example.com/cb', resource: RESOURCE, scopes: ['mcp', 'email'] },
    'hash of the client',
    'company',
    now,
  );

const contract = (open: () => Promise<{ store: ConsentStore; close: () => Promise<void> }>) => {
  let store: ConsentStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ store, close } = await open());
  });
  afterAll(() => close());

  const remembered = async (subject: string, ...consents: RememberedConsent[]) => {
    for (const consent of consents) await store.rememberConsent(subject, consent, NOW);
  };
  const idsOf = async (subject: string, now = NOW) =>
    (await store.findConsents(subject, now)).map(({ consentId }) => consentId).sort();

  it('returns a consent as it was stored, but only for its user', async () => {
    const [subject, consent] = [newId(), testConsent()];
    await remembered(subject, consent);
    expect(await store.findConsents(subject, NOW)).toEqual([consent]);
    expect(await store.findConsents(newId(), NOW)).toEqual([]);
  });

  it('a repeated consent replaces the former one', async () => {
    const subject = newId();
    const [first, again] = [testConsent('a'), { ...testConsent('a', NOW + 5), clientFingerprint: 'another' }];
    await remembered(subject, first, again);
    expect(await store.findConsents(subject, NOW)).toEqual([again]);
  });

  it('does not find an expired consent whose row still exists', async () => {
    const subject = newId();
    const [older, newer] = [testConsent('a', NOW - 10), testConsent('b')];
    await remembered(subject, older, newer);
    expect(await idsOf(subject, older.expiresAt - 1)).toHaveLength(2);
    expect(await idsOf(subject, older.expiresAt)).toEqual([newer.consentId]);
    expect(await idsOf(subject, newer.expiresAt)).toEqual([]);
  });

  it('deletes the oldest of more than fifty consents', async () => {
    const subject = newId();
    const consents = Array.from({ length: 51 }, (_, index) => testConsent(`client-${index}`, NOW + index));
    for (const consent of consents) await store.rememberConsent(subject, consent, NOW);
    const ids = await idsOf(subject);
    expect(ids).toHaveLength(50);
    expect(ids).not.toContain(consents[0]?.consentId);
  });

  it('deletes only the named consent, and a missing consent is not an error', async () => {
    const subject = newId();
    const [one, other] = [testConsent(), testConsent()];
    await remembered(subject, one, other);
    await store.forgetConsents(subject, [one.consentId, 'unknown'], NOW);
    await store.forgetConsents(subject, [one.consentId], NOW);
    expect(await idsOf(subject)).toEqual([other.consentId]);
    await store.forgetConsents(newId(), [one.consentId], NOW);
  });

  it('concurrent changes lose no consent', async () => {
    const subject = newId();
    const [gone, ...kept] = [testConsent(), testConsent(), testConsent(), testConsent()] as [
      RememberedConsent,
      ...RememberedConsent[],
    ];
    await remembered(subject, gone);
    await Promise.all([
      ...kept.map((consent) => store.rememberConsent(subject, consent, NOW)),
      store.forgetConsents(subject, [gone.consentId], NOW),
    ]);
    expect(await idsOf(subject)).toEqual(kept.map(({ consentId }) => consentId).sort());
  });
};

describe.each(dynamoDbImplementations())('Remembered consents on %s', (_, start) => {
  contract(async () => {
    const db = await start();
    const store = new DynamoDbConsentStore(db.client, await db.createTable('subject'));
    return { store, close: () => db.close() };
  });
});

describe('Remembered consents in memory', () => {
  contract(async () => ({ store: new MemoryConsentStore(), close: async () => {} }));
});

describe('DynamoDB consent store', () => {
  let db: TestDynamoDb;
  let tableName: string;
  beforeAll(async () => {
    db = await startDynalite();
    tableName = await db.createTable('subject');
  });
  afterAll(() => db.close());

  it.each([
    ['#218 the reply was lost', losingReplies],
    ['the SDK sent it twice', retrying],
  ])('a write takes effect once, although %s', async (_, wrap) => {
    const [subject, consent] = [newId(), testConsent()];
    await new DynamoDbConsentStore(wrap(db.client), tableName).rememberConsent(subject, consent, NOW);
    expect(await new DynamoDbConsentStore(db.client, tableName).findConsents(subject, NOW)).toEqual([consent]);
  });

  it.each(['writes', 'everything'] as const)('a fault of %s is reported as unavailable', async (kind) => {
    const store = new DynamoDbConsentStore(failing(db.client, kind), tableName);
    await expect(store.rememberConsent(newId(), testConsent(), NOW)).rejects.toThrow(UnavailableError);
  });
});
