import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbGrantStore } from '../runtime/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../runtime/adapters/dynamodb/key-ring-store.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import * as config from '../runtime/settings.ts';
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
