import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { healthFlow } from './handler.ts';

const keyRing = new DynamoDbKeyRingStore(dynamoDbClient(), config.keysTable());

export const handler = endpoint(healthFlow({ keyRing }), { log: jsonLog() });
