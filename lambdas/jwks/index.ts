import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbKeyRingStore } from '../runtime/adapters/dynamodb/key-ring-store.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import * as config from '../runtime/settings.ts';
import { jwksEndpoint } from './handler.ts';

const log = jsonLog();
export const handler = endpoint(
  jwksEndpoint({ keyRings: new DynamoDbKeyRingStore(dynamoDbClient(), config.keysTable()) }),
  { log, cors: true },
);
