import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { nextRefreshToken } from '../../../lambdas/core/grants/refresh-token.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { DynamoDbGrantStore } from '../../../lambdas/runtime/adapters/dynamodb/grant-store.ts';
import {
  counting,
  failing,
  losingReplies,
  retrying,
  startDynalite,
  type TestDynamoDb,
} from '../../support/dynamodb.ts';
import { NOW, REFRESH_LIFETIMES, redeemedGrant, testGrant } from '../../support/memory/records.ts';

const CROWD = Array.from({ length: 50 });

describe('GrantStore in DynamoDB, when replies are lost', () => {
  let dynamoDb: TestDynamoDb;
  let table: string;
  let store: DynamoDbGrantStore;
  const redemption = { clientAuthMethod: 'none', expiresAt: NOW + 5000 } as const;

  beforeAll(async () => {
    dynamoDb = await startDynalite();
    table = await dynamoDb.createTable('grantId');
    store = new DynamoDbGrantStore(dynamoDb.client, table);
  });
  afterAll(() => dynamoDb.close());

  it.each([
    ['the reply is lost', losingReplies],
    ['the SDK sends the write again', retrying],
  ])('#218: our own write is never mistaken for another request’s: %s', async (_name, disturb) => {
    const disturbed = () => new DynamoDbGrantStore(disturb(dynamoDb.client), table);
    const grant = testGrant();
    await disturbed().createGrant(grant);
    expect(await disturbed().redeemCode(grant, redemption)).toBe('redeemed');

    const { grant: rotating, first } = redeemedGrant();
    await store.createGrant(rotating);
    const { family } = nextRefreshToken(first.token, first.family, REFRESH_LIFETIMES, NOW);
    expect(await disturbed().rotateRefreshToken(rotating, family, NOW + 9000)).toBe('rotated');
    expect((await store.findGrant(rotating.grantId, NOW))?.family).toEqual(family);
  });

  it('#40, #218: exactly one of 50 wins, even with lost replies', async () => {
    const disturbed = new DynamoDbGrantStore(losingReplies(dynamoDb.client, 50), table);
    const grant = testGrant();
    await store.createGrant(grant);
    const outcomes = await Promise.all(CROWD.map(() => disturbed.redeemCode(grant, redemption)));
    expect(outcomes.filter((outcome) => outcome === 'redeemed')).toHaveLength(1);
  });

  it('#67: a write that did not happen is unavailable, and changes nothing', async () => {
    const disturbed = new DynamoDbGrantStore(failing(dynamoDb.client, 'writes'), table);
    const grant = testGrant();
    await store.createGrant(grant);
    await expect(disturbed.redeemCode(grant, redemption)).rejects.toThrow(UnavailableError);
    await expect(disturbed.revokeGrant(grant.grantId)).rejects.toThrow(UnavailableError);
    await expect(disturbed.createGrant(testGrant())).rejects.toThrow(UnavailableError);
    expect(await store.findGrant(grant.grantId, NOW)).toEqual(grant);
  });

  it('#67: everything is unavailable when nothing responds', async () => {
    const disturbed = new DynamoDbGrantStore(failing(dynamoDb.client, 'everything'), table);
    await expect(disturbed.findGrant('any', NOW)).rejects.toThrow(UnavailableError);
    await expect(disturbed.redeemCode(testGrant(), redemption)).rejects.toThrow(UnavailableError);
  });

  it('costs one write and no read without faults', async () => {
    const { client, calls } = counting(dynamoDb.client);
    const counted = new DynamoDbGrantStore(client, table);
    const grant = testGrant();
    await counted.createGrant(grant);
    await counted.redeemCode(grant, redemption);
    await counted.revokeGrant(grant.grantId);
    expect(calls).toEqual(['PutItemCommand', 'UpdateItemCommand', 'UpdateItemCommand']);
  });

  it('#219: reads are strongly consistent', async () => {
    const inputs: unknown[] = [];
    const client = { send: async (command: GetItemCommand) => inputs.push(command.input) && {} };
    await new DynamoDbGrantStore(client as never, table).findGrant('any', NOW);
    expect(inputs).toEqual([expect.objectContaining({ ConsistentRead: true })]);
  });

  it('stores a schema version, and refuses rows of another version', async () => {
    const grant = testGrant();
    await store.createGrant(grant);
    const Key = { grantId: { S: grant.grantId } };
    const { Item } = await dynamoDb.client.send(new GetItemCommand({ TableName: table, Key }));
    expect(Item?.schemaVersion).toEqual({ N: '1' });
    await dynamoDb.client.send(
      new PutItemCommand({ TableName: table, Item: { ...Item, ...Key, schemaVersion: { N: '2' } } }),
    );
    const fault = await store.findGrant(grant.grantId, NOW).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(UnavailableError);
    expect(String((fault as Error).cause)).toContain('schema version 2');
  });
});
