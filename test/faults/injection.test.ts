import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SDK_LIMITS } from '../../lambdas/runtime/adapters/aws-clients.ts';
import type { CallNotice } from '../../tools/local/cloud/services/aws-json-server.ts';
import { type Services, startServices } from '../../tools/local/cloud/services/index.ts';
import {
  clientOf,
  lambda,
  SHOW_ENVIRONMENT,
  table,
  tableArn,
  templateOf,
  temporaryFolder,
} from '../local/services-fixture.ts';
import { type Fault, Faults } from '../support/faults/injection/faults.ts';
import { kindsOf } from '../support/faults/injection/kinds.ts';

const killed: (string | undefined)[] = [];
const faults = new Faults(async (logicalId) => void killed.push(logicalId));
let services: Services;
let dynamoDb: DynamoDBClient;
beforeAll(async () => {
  const assembly = temporaryFolder();
  const statement = { Effect: 'Allow', Action: 'dynamodb:*', Resource: tableArn('Grants') };
  services = await startServices(
    templateOf(assembly, table('Grants'), lambda(assembly, 'Token', SHOW_ENVIRONMENT, { statements: [statement] })),
    { onCall: faults.onCall },
  );
  dynamoDb = new DynamoDBClient({ ...(await clientOf(services, 'Token', services.endpoints.dynamodb)), ...SDK_LIMITS });
});
afterAll(async () => {
  dynamoDb?.destroy();
  await services?.close();
});
afterEach(() => faults.disarm());

const Key = { id: { S: 'g1' } };
const count = async (): Promise<string> => {
  const { Attributes } = await dynamoDb.send(
    new UpdateItemCommand({
      TableName: 'Grants',
      Key,
      UpdateExpression: 'ADD #n :one',
      ExpressionAttributeNames: { '#n': 'n' },
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return Attributes?.n?.N ?? '';
};
const faultOf = (call: Promise<unknown>): Promise<string> => call.then(() => 'none', String);
const stored = async (): Promise<number> => {
  const { Item } = await services.asOperator('dynamodb', 'GetItem', { TableName: 'Grants', Key });
  return Number((Item as { n?: { N: string } } | undefined)?.n?.N ?? 0);
};

describe('Fault injection', () => {
  it.each<[Fault['kind'], string]>([
    ['throttled', 'ProvisionedThroughputExceededException'],
    ['failed', 'InternalServerError'],
    ['dropped', 'TimeoutError'],
    ['denied', 'AccessDeniedException'],
    ['absent', 'ResourceNotFoundException'],
    ['refused', 'ConditionalCheckFailedException'],
  ])('%s: the SDK throws %s after its own retries, and nothing was written', async (kind, name) => {
    const before = await stored();
    faults.arm({ kind, service: 'dynamodb', action: 'UpdateItem' });
    expect(await faultOf(count())).toContain(name);
    expect(faults.disarm()).toBeGreaterThan(0);
    expect(await stored()).toBe(before);
  });

  it('lost: each attempt writes, and none gets a response', async () => {
    const before = await stored();
    faults.arm({ kind: 'lost', action: 'UpdateItem' });
    expect(await faultOf(count())).toContain('TimeoutError');
    expect(faults.disarm()).toBe(2);
    expect(await stored()).toBe(before + 2);
  });

  it.each([
    ['killed-before', 0],
    ['killed-after', 1],
  ] as const)('%s: the function is killed when %d was written', async (kind, written) => {
    const before = await stored();
    faults.arm({ kind, action: 'UpdateItem', attempts: 'first' });
    expect(await count()).toBe(String(before + written + 1));
    expect(killed.splice(0)).toEqual(['Token']);
  });

  it('silent: the caller reaches its own timeout', async () => {
    faults.arm({ kind: 'silent', action: 'UpdateItem' });
    expect(await faultOf(count())).toContain('TimeoutError');
  });

  it('the SDK’s retry recovers from a fault of the first attempt', async () => {
    const before = await stored();
    faults.arm({ kind: 'failed', action: 'UpdateItem', attempts: 'first' });
    expect(await count()).toBe(String(before + 1));
    expect(faults.disarm()).toBe(1);
  });

  it('hits the n-th matching call, and as many calls as ordered', async () => {
    faults.arm({ kind: 'denied', action: 'UpdateItem', nth: 2, times: 2 });
    const outcomes = [];
    for (let call = 0; call < 4; call += 1)
      outcomes.push(
        await count().then(
          () => 'ok',
          ({ name }) => name,
        ),
      );
    expect(outcomes).toEqual(['ok', 'AccessDeniedException', 'AccessDeniedException', 'ok']);
  });

  it('does not affect other calls, other functions or the operator', async () => {
    faults.arm(
      { kind: 'denied', resource: 'Clients', times: 'always' },
      { kind: 'denied', functionLogicalId: 'Other', times: 'always' },
    );
    expect(await count()).toBeTruthy();
    faults.arm({ kind: 'denied', times: 'always' });
    expect(await stored()).toBeGreaterThan(0);
  });

  it('#219 stale: the replica does not have the row yet', async () => {
    await count();
    faults.arm({ kind: 'stale', action: 'GetItem' });
    expect((await dynamoDb.send(new GetItemCommand({ TableName: 'Grants', Key }))).Item).toBeUndefined();
  });

  it('records each call once, with the faults that can hit it', async () => {
    faults.record();
    await count();
    faults.arm({ kind: 'failed', action: 'UpdateItem' });
    await count().catch(() => undefined);
    await dynamoDb.send(new GetItemCommand({ TableName: 'Grants', Key, ConsistentRead: true }));
    const call = { service: 'dynamodb', resource: 'Grants', functionLogicalId: 'Token', isConditional: false };
    expect(faults.recorded()).toEqual([
      { ...call, action: 'UpdateItem', nth: 1, mayBeStale: false },
      { ...call, action: 'UpdateItem', nth: 2, mayBeStale: false },
      { ...call, action: 'GetItem', nth: 1, mayBeStale: false },
    ]);
    const notice: CallNotice = { service: 'dynamodb', action: 'UpdateItem', isConditional: true, mayBeStale: false };
    expect(kindsOf(notice)).toEqual(expect.arrayContaining(['lost', 'refused', 'killed-before', 'killed-after']));
    const read = kindsOf({ ...notice, action: 'Query', isConditional: false, mayBeStale: true });
    expect(read).toContain('killed-before');
    for (const kind of ['lost', 'killed-after'] as const) expect(read).not.toContain(kind);
  });

  it('also works for third-party servers, and lets browsers pass', async () => {
    let served = 0;
    const server = createServer(
      faults.before((_, response) => {
        served += 1;
        response.end('served');
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
    const ask = (accept = 'application/json') =>
      fetch(url, { headers: { accept } }).then(
        async (answer) => `${answer.status} ${await answer.text()}`,
        () => 'no answer',
      );
    try {
      const seen = [];
      for (const kind of ['failed', 'throttled', 'rubbish', 'down', 'slow'] as const) {
        faults.arm({ kind, service: 'upstream', resource: '/token' });
        seen.push((await ask()).slice(0, 13));
      }
      expect(seen).toEqual(['500 Internal ', '429 Too Many ', '200 <!doctype', 'no answer', '200 served']);
      for (const [kind, times] of [
        ['killed-before', 0],
        ['killed-after', 1],
      ] as const) {
        served = 0;
        faults.arm({ kind, service: 'upstream', resource: '/token' });
        expect([await ask(), served, killed.splice(0)]).toEqual(['no answer', times, [undefined]]);
      }
      faults.arm({ kind: 'failed', service: 'upstream' });
      expect(await ask('text/html')).toBe('200 served');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
