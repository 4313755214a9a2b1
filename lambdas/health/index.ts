import { systemClock } from '../shared/adapters/clock.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import { secretsManagerClient } from '../shared/adapters/secrets-manager/client.ts';
import { secretCheck } from '../shared/adapters/secrets-manager/secret-check.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { healthFlow } from './handler.ts';

const keyRing = new DynamoDbKeyRingStore(dynamoDbClient(), config.keysTable());
const client = secretsManagerClient();
const secrets = new Map(
  Object.entries(config.identityProviders()).map(([id, { secretId }]) => [
    id,
    secretCheck(client, secretId, systemClock),
  ]),
);

export const handler = endpoint(healthFlow({ keyRing, secrets }), { log: jsonLog() });
