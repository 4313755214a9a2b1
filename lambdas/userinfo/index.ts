import { systemClock } from '../shared/adapters/clock.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbGrantStore } from '../shared/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { userinfoEndpoint } from './handler.ts';

const log = jsonLog();
const dynamoDb = dynamoDbClient();

export const handler = endpoint(
  userinfoEndpoint({
    issuer: config.issuer(),
    grants: new DynamoDbGrantStore(dynamoDb, config.grantsTable()),
    keyRings: new DynamoDbKeyRingStore(dynamoDb, config.keysTable()),
    now: systemClock,
    log,
  }),
  { log, cors: true },
);
