import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { dynamoDbCounterStore } from '../runtime/adapters/dynamodb/counter-store.ts';
import { DynamoDbGrantStore } from '../runtime/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../runtime/adapters/dynamodb/key-ring-store.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import * as config from '../runtime/settings.ts';
import { connectClientAuthentication } from '../runtime/wiring/client-authentication.ts';
import { revokeEndpoint } from './handler.ts';

const log = measuredLog(config.metricsStack());
const issuer = config.issuer();
const dynamoDb = dynamoDbClient();
const clientAuthentication = connectClientAuthentication({
  issuer,
  dynamoDb,
  clientsTable: config.clientsTable(),
  assertionsTable: config.assertionsTable(),
  counters: dynamoDbCounterStore({ ...config.awsRuntime(), tableName: config.countersTable() }),
  configured: config.configuredClients(),
  documents: config.clientDocuments(),
  isLocalRun: config.isLocalRun(issuer),
  now: systemClock,
  log,
});

export const handler = endpoint(
  revokeEndpoint({
    issuer,
    ...clientAuthentication,
    grants: new DynamoDbGrantStore(dynamoDb, config.grantsTable()),
    keyRings: new DynamoDbKeyRingStore(dynamoDb, config.keysTable()),
    now: systemClock,
    log,
  }),
  { log, cors: true },
);
