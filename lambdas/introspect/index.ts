import { systemClock } from '../shared/adapters/clock.ts';
import { assertionVerifier } from '../shared/adapters/connect-assertions.ts';
import { connectClients } from '../shared/adapters/connect-clients.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../shared/adapters/dynamodb/client-store.ts';
import { DynamoDbGrantStore } from '../shared/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import { secretsManagerClient } from '../shared/adapters/secrets-manager/client.ts';
import { SecretsManagerClientSecrets } from '../shared/adapters/secrets-manager/client-secrets.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { introspectEndpoint } from './handler.ts';

const log = jsonLog();
const issuer = config.issuer();
const dynamoDb = dynamoDbClient();
const configuredClients = config.configuredClients();
const clients = connectClients({
  configured: configuredClients,
  store: new DynamoDbClientStore(dynamoDb, config.clientsTable()),
  documents: config.clientDocuments(),
  isLocalRun: config.isLocalRun(issuer),
  now: systemClock,
  log,
});

export const handler = endpoint(
  introspectEndpoint({
    issuer,
    refreshGraceSeconds: config.lifetimes().refreshGraceSeconds,
    clients: clients.directory,
    verifyAssertion: assertionVerifier({
      issuer,
      keys: clients.keys,
      dynamoDb,
      assertionsTable: config.assertionsTable(),
      now: systemClock,
    }),
    configuredClients,
    verifySecret: new SecretsManagerClientSecrets(secretsManagerClient(), systemClock).verify,
    grants: new DynamoDbGrantStore(dynamoDb, config.grantsTable()),
    keyRings: new DynamoDbKeyRingStore(dynamoDb, config.keysTable()),
    now: systemClock,
    log,
  }),
  { log, cors: true },
);
