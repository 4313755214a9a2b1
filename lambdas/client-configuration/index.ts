import { systemClock } from '../shared/adapters/clock.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../shared/adapters/dynamodb/client-store.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
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
