import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../runtime/adapters/dynamodb/client-store.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import * as config from '../runtime/settings.ts';
import { clientConfigurationFlow } from './handler.ts';

const log = jsonLog();
const issuer = config.issuer();

export const handler = endpoint(
  clientConfigurationFlow({
    issuer,
    allowLoopback: config.isLocalRun(issuer),
    clients: new DynamoDbClientStore(dynamoDbClient(), config.clientsTable()),
    now: systemClock,
    log,
  }),
  { log, cors: true },
);
