import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbKeyRingStore } from '../runtime/adapters/dynamodb/key-ring-store.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { secretsManagerClient } from '../runtime/adapters/secrets-manager/client.ts';
import { secretCheck } from '../runtime/adapters/secrets-manager/secret-check.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import * as config from '../runtime/settings.ts';
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
