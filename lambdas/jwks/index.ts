import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { jwksEndpoint } from './handler.ts';

const log = jsonLog();
export const handler = endpoint(
  jwksEndpoint({ keyRings: new DynamoDbKeyRingStore(dynamoDbClient(), config.keysTable()) }),
  { log, cors: true },
);
