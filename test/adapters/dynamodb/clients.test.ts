import type { Client } from '../../../lambdas/core/clients/client.ts';
import { newId } from '../../../lambdas/core/crypto.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { DynamoDbClientStore } from '../../../lambdas/runtime/adapters/dynamodb/client-store.ts';
import type { ClientStore } from '../../../lambdas/runtime/ports/index.ts';
import {
  counting,
  dynamoDbImplementations,
  failing,
  losingReplies,
  retrying,
  startDynalite,
  type TestDynamoDb,
} from '../../support/dynamodb.ts';
import { MemoryClientStore } from '../../support/memory/memory-stores.ts';
import { NOW, testClient } from '../../support/memory/records.ts';

const LATER = NOW + 400 * 86_400;

const everlastingClient = (): Client => {
  const { expiresAt: _, ...client } = testClient();
  return client;
};

const contract = (open: () => Promise<{ store: ClientStore; close: () => Promise<void> }>) => {
  let store: ClientStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ store, close } = await open());
  });
  afterAll(() => close());

  const put = async (client: Client) => {
    await store.putClient(client);
    return client;
  };

  it('returns a client as it was stored', async () => {
    const clientSecretHash = 'hash';
    const jwks = { keys: [{ kty: 'RSA', n: 'n', e: 'AQAB', key_ops: ['verify'], ext: true, use: null }] };
    const client = await put(testClient({ clientSecretHash, jwks, tokenEndpointAuthMethods: ['private_key_jwt'] }));
    expect(await store.findClient(client.clientId, NOW)).toEqual(client);
  });

  it('does not find a client that never registered', async () => {
    expect(await store.findClient(newId(), NOW)).toBeUndefined();
  });

  it('does not find an expired client whose row still exists, but finds one without expiry', async () => {
    const expiring = await put(testClient({ expiresAt: NOW + 10 }));
    const everlasting = await put(everlastingClient());
    expect(await store.findClient(expiring.clientId, NOW + 9)).toEqual(expiring);
    expect(await store.findClient(expiring.clientId, NOW + 10)).toBeUndefined();
    expect(await store.findClient(everlasting.clientId, LATER)).toEqual(everlasting);
  });

  it('#172: repeating a registration only moves the expiry forward', async () => {
    const client = await put(testClient());
    await put({ ...client, issuedAt: NOW + 99, expiresAt: LATER });
    expect(await store.findClient(client.clientId, NOW)).toEqual({ ...client, expiresAt: LATER });
    await put({ ...client, expiresAt: NOW + 1 });
    expect(await store.findClient(client.clientId, NOW)).toEqual({ ...client, expiresAt: LATER });
  });

  it('a client that never expires keeps no expiry, and an expiring client can lose its expiry', async () => {
    const everlasting = await put(everlastingClient());
    await put({ ...everlasting, expiresAt: NOW + 5 });
    await store.extendClient(everlasting.clientId, NOW + 5);
    expect(await store.findClient(everlasting.clientId, LATER)).toEqual(everlasting);
    const { expiresAt: _, ...expiring } = await put(testClient());
    await put(expiring);
    expect(await store.findClient(expiring.clientId, LATER)).toEqual(expiring);
  });

  it('moves the expiry forward, never back', async () => {
    const client = await put(testClient());
    await store.extendClient(client.clientId, LATER);
    await store.extendClient(client.clientId, NOW + 1);
    expect(await store.findClient(client.clientId, NOW)).toEqual({ ...client, expiresAt: LATER });
  });

  it('a deleted client stays deleted', async () => {
    const client = await put(testClient());
    await store.deleteClient(client.clientId);
    await store.deleteClient(client.clientId);
    await store.extendClient(client.clientId, LATER);
    expect(await store.updateClient(client)).toBe('gone');
    expect(await store.findClient(client.clientId, NOW)).toBeUndefined();
  });

  const described = (): Client =>
    testClient({
      clientId: `https://client.example.com/${newId()}`,
      source: 'document',
      tokenEndpointAuthSigningAlg: 'RS256',
    });

  it('a document replaces its former copy, including members that it no longer has', async () => {
    const client = described();
    await store.putDocumentClient(client, NOW);
    expect(await store.findClient(client.clientId, NOW)).toEqual(client);
    const { clientName: _, tokenEndpointAuthSigningAlg: __, ...rest } = client;
    const shorter = { ...rest, redirectUris: ['https://other.example.com/cb'], expiresAt: LATER };
    await store.putDocumentClient(shorter, NOW);
    expect(await store.findClient(client.clientId, NOW)).toEqual(shorter);
  });

  it('#196 a document that was read earlier replaces a later one only after that has expired', async () => {
    const later = { ...described(), issuedAt: NOW + 5 };
    const earlier = { ...later, redirectUris: ['https://withdrawn.example.com/cb'], issuedAt: NOW + 4 };
    await store.putDocumentClient(earlier, NOW);
    await store.putDocumentClient(later, NOW);
    await store.putDocumentClient({ ...earlier, expiresAt: LATER }, NOW);
    expect(await store.findClient(later.clientId, NOW)).toEqual(later);
    const shipped = { ...earlier, issuedAt: 0, expiresAt: LATER };
    await store.putDocumentClient(shipped, later.expiresAt ?? 0);
    expect(await store.findClient(later.clientId, LATER - 1)).toEqual(shipped);
  });

  it('RFC 7592 §2.2: an update replaces everything except the lifetime of the client', async () => {
    const client = await put(
      testClient({ clientSecretHash: 'hash', registrationAccessTokenHash: 'token', applicationType: 'native' }),
    );
    const { clientName: _, clientSecretHash: __, applicationType: ___, ...rest } = client;
    const updated: Client = { ...rest, jwksUri: 'https://client.example.com/jwks' };
    expect(await store.updateClient({ ...updated, expiresAt: LATER })).toBe('updated');
    expect(await store.findClient(client.clientId, NOW)).toEqual(updated);
  });

  it('a blocked client never expires, and no write changes it', async () => {
    const client = await put({ ...described(), blocked: true });
    await store.putDocumentClient({ ...client, clientName: 'Other' }, NOW);
    expect(await store.updateClient({ ...client, clientName: 'Other' })).toBe('gone');
    expect(await store.findClient(client.clientId, LATER)).toEqual(client);
  });
};

describe('ClientStore in memory', () =>
  contract(async () => ({ store: new MemoryClientStore(), close: async () => {} })));

describe.each(dynamoDbImplementations())('ClientStore in %s', (_name, start) =>
  contract(async () => {
    const dynamoDb = await start();
    const store = new DynamoDbClientStore(dynamoDb.client, await dynamoDb.createTable('clientId'));
    return { store, close: () => dynamoDb.close() };
  }),
);

describe('ClientStore in DynamoDB, with faults', () => {
  let dynamoDb: TestDynamoDb;
  let table: string;

  beforeAll(async () => {
    dynamoDb = await startDynalite();
    table = await dynamoDb.createTable('clientId');
  });
  afterAll(() => dynamoDb.close());

  it('#218: a registration that is sent twice is one client', async () => {
    const client = testClient();
    await new DynamoDbClientStore(retrying(dynamoDb.client), table).putClient(client);
    expect(await new DynamoDbClientStore(dynamoDb.client, table).findClient(client.clientId, NOW)).toEqual(client);
  });

  it('#67: an unknown outcome is unavailable, and repeating the registration yields the same client', async () => {
    const client = testClient();
    const disturbed = new DynamoDbClientStore(losingReplies(dynamoDb.client), table);
    await expect(disturbed.putClient(client)).rejects.toThrow(UnavailableError);
    await disturbed.putClient(client);
    expect(await disturbed.findClient(client.clientId, NOW)).toEqual(client);
    const failed = new DynamoDbClientStore(failing(dynamoDb.client, 'everything'), table);
    await expect(failed.findClient(client.clientId, NOW)).rejects.toThrow(UnavailableError);
    await expect(failed.deleteClient(client.clientId)).rejects.toThrow(UnavailableError);
  });

  it('costs one call each, even if nothing had to change', async () => {
    const { client, calls } = counting(dynamoDb.client);
    const store = new DynamoDbClientStore(client, table);
    const registered = testClient();
    await store.putClient(registered);
    await store.putClient(registered);
    await store.extendClient(registered.clientId, NOW);
    expect(calls).toEqual(['UpdateItemCommand', 'UpdateItemCommand', 'UpdateItemCommand']);
  });
});
