import { systemClock } from '../shared/adapters/clock.ts';
import { connectClientAuthentication } from '../shared/adapters/connect-client-authentication.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { dynamoDbCounterStore } from '../shared/adapters/dynamodb/counter-store.ts';
import { DynamoDbGrantStore } from '../shared/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { measuredLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { introspectEndpoint } from './handler.ts';

const log = measuredLog(config.metricsStack());
const issuer = config.issuer();
const dynamoDb = dynamoDbClient();
const configuredClients = config.configuredClients();
const clientAuthentication = connectClientAuthentication({
  issuer,
  dynamoDb,
  clientsTable: config.clientsTable(),
  assertionsTable: config.assertionsTable(),
  counters: dynamoDbCounterStore({ ...config.awsRuntime(), tableName: config.countersTable() }),
  configured: configuredClients,
  documents: config.clientDocuments(),
  isLocalRun: config.isLocalRun(issuer),
  now: systemClock,
  log,
});

export const handler = endpoint(
  introspectEndpoint({
    issuer,
    refreshGraceSeconds: config.lifetimes().refreshGraceSeconds,
    ...clientAuthentication,
    configuredClients,
    grants: new DynamoDbGrantStore(dynamoDb, config.grantsTable()),
    keyRings: new DynamoDbKeyRingStore(dynamoDb, config.keysTable()),
    now: systemClock,
    log,
  }),
  { log, cors: true },
);
