import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { keyRingFetch } from '../../../lambdas/runtime/adapters/dynamodb/key-ring-fetch.ts';
import { DynamoDbKeyRingStore } from '../../../lambdas/runtime/adapters/dynamodb/key-ring-store.ts';
import { newTestKey, ringOf } from '../../support/credentials/signing-key.ts';
import {
  counting,
  dynamoDbImplementations,
  losingReplies,
  retrying,
  type TestDynamoDb,
} from '../../support/dynamodb.ts';
import { NOW } from '../../support/memory/records.ts';

const key = newTestKey();
const otherKey = newTestKey();
const ring = ringOf(key);

describe.each(dynamoDbImplementations())('Key ring in %s', (_name, start) => {
  let dynamoDb: TestDynamoDb;
  let table: string;

  beforeAll(async () => {
    dynamoDb = await start();
  });
  beforeEach(async () => {
    table = await dynamoDb.createTable('id');
  });
  afterAll(() => dynamoDb.close());

  const store = (client = dynamoDb.client, now = () => NOW) => new DynamoDbKeyRingStore(client, table, now);
  const fetcher = (overrides: Partial<Parameters<typeof keyRingFetch>[0]> = {}) =>
    keyRingFetch({
      endpoint: dynamoDb.endpoint,
      region: 'us-east-1',
      tableName: table,
      accessKeyId: 'test',
      secretAccessKey: 'test',
      sessionToken: 'token',
      ...overrides,
    });

  it('is undefined before the first key', async () => {
    expect(await store().readKeyRing()).toBeUndefined();
    expect(await fetcher()()).toBeUndefined();
  });

  it('returns the ring as it was stored, to the SDK and to the signed fetch', async () => {
    expect(await store().replaceKeyRing(ring, undefined)).toBe('replaced');
    expect(await store().readKeyRing()).toEqual(ring);
    expect(await store().readLatestKeyRing()).toEqual(ring);
    expect(await fetcher()()).toEqual(ring);
  });

  it('#230 stores the marks, for any client id', async () => {
    const notBefore = { all: NOW, clients: { __proto__x: 1, 'https://a.example/c?d': 2 }, subjects: { s: 3 } };
    const marked = { ...ring, notBefore };
    await store().replaceKeyRing(marked, undefined);
    expect(await store().readLatestKeyRing()).toEqual(marked);
    expect(await fetcher()()).toEqual(marked);
  });

  it('#230 reads the latest ring each time, and keeps it for other readers', async () => {
    await store().replaceKeyRing(ring, undefined);
    const { client, calls } = counting(dynamoDb.client);
    const cached = store(client);
    await cached.readKeyRing();
    const changed = { ...ring, version: 9, notBefore: { all: NOW, clients: {}, subjects: {} } };
    await store().replaceKeyRing(changed, ring.version);
    expect(await cached.readKeyRing()).toEqual(ring);
    expect(await cached.readLatestKeyRing()).toEqual(changed);
    expect(await cached.readKeyRing()).toEqual(changed);
    expect(calls).toHaveLength(2);
  });

  it('replaces only the version that was read, so that exactly one parallel writer wins', async () => {
    await store().replaceKeyRing(ring, undefined);
    expect(await store().replaceKeyRing(ring, undefined)).toBe('lost');
    const next = ringOf(key, otherKey);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => store().replaceKeyRing(next, ring.version)));
    expect(outcomes.filter((outcome) => outcome === 'replaced')).toHaveLength(1);
    expect(await store().readLatestKeyRing()).toEqual(next);
  });

  it.each([
    ['the reply is lost', losingReplies],
    ['the SDK sends the write again', retrying],
  ])('#218: our own write is never mistaken for another request’s: %s', async (_case, disturb) => {
    expect(await store(disturb(dynamoDb.client)).replaceKeyRing(ring, undefined)).toBe('replaced');
  });

  it('is read once a minute, in the background', async () => {
    await store().replaceKeyRing(ring, undefined);
    const { client, calls } = counting(dynamoDb.client);
    let now = NOW;
    const cached = store(client, () => now);
    await cached.readKeyRing();
    now += 29;
    await cached.readKeyRing();
    expect(calls).toHaveLength(1);
  });

  it('#114: a table that does not respond is unavailable', async () => {
    await expect(fetcher({ tableName: 'no-such-table' })()).rejects.toThrow(UnavailableError);
    await expect(fetcher({ endpoint: 'http://127.0.0.1:1' })()).rejects.toThrow(UnavailableError);
  });
});

describe('Signed fetch of the key ring', () => {
  it('retries once after a failure, and reads consistently', async () => {
    const bodies: unknown[] = [];
    const answers = [new Response('busy', { status: 500 }), Response.json({}), Response.json({})];
    const send = async (_url: unknown, init?: RequestInit) => {
      bodies.push(JSON.parse(String(init?.body)));
      return answers.shift() ?? Response.error();
    };
    const read = keyRingFetch({
      endpoint: 'https://dynamodb.us-east-1.amazonaws.com',
      region: 'us-east-1',
      tableName: 'keys',
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      fetch: send as typeof fetch,
    });
    expect(await read()).toBeUndefined();
    expect(bodies).toHaveLength(3);
    expect(bodies).toContainEqual({ TableName: 'keys', Key: { id: { S: 'ring' } }, ConsistentRead: true });
    for (const body of bodies) expect(body).toMatchObject({ TableName: 'keys', ConsistentRead: true });
  });
});
