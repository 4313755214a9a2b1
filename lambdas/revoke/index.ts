import { systemClock } from '../shared/adapters/clock.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../shared/adapters/dynamodb/client-store.ts';
import { DynamoDbGrantStore } from '../shared/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { revokeEndpoint } from './handler.ts';

const log = jsonLog();
const dynamoDb = dynamoDbClient();

export const handler = endpoint(
  revokeEndpoint({
    issuer: config.issuer(),
    clients: new DynamoDbClientStore(dynamoDb, config.clientsTable()),
    grants: new DynamoDbGrantStore(dynamoDb, config.grantsTable()),
    keyRings: new DynamoDbKeyRingStore(dynamoDb, config.keysTable()),
    now: systemClock,
    log,
  }),
  { log, cors: true },
);
