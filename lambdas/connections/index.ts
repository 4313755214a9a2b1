import { FirstMatchDirectory } from '../shared/adapters/client-directory.ts';
import { systemClock } from '../shared/adapters/clock.ts';
import { connectRemembering } from '../shared/adapters/connect-remembering.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../shared/adapters/dynamodb/client-store.ts';
import { DynamoDbGrantDirectory } from '../shared/adapters/dynamodb/grant-directory.ts';
import { DynamoDbGrantStore } from '../shared/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { DynamoDbTransactionStore } from '../shared/adapters/dynamodb/transaction-store.ts';
import { measuredLog } from '../shared/adapters/json-log.ts';
import { JoseSessionSealer } from '../shared/adapters/sealing/jose-session-sealer.ts';
import { secretsManagerClient } from '../shared/adapters/secrets-manager/client.ts';
import { SecretsManagerSealingKeys } from '../shared/adapters/secrets-manager/sealing-keys.ts';
import { connectIdentityProviders } from '../shared/adapters/upstream/identity-providers.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { errorPage } from '../shared/pages/message-page.ts';
import { siteOf } from '../shared/pages/site.ts';
import { SESSION_SECONDS } from '../shared/session.ts';
import { connectionsFlow } from './handler.ts';

const log = measuredLog(config.metricsStack());
const issuer = config.issuer();
const site = siteOf(issuer, config.theme());
const { transactionSeconds, accessTokenSeconds } = config.lifetimes();
const dynamoDb = dynamoDbClient();
const secrets = secretsManagerClient();
const sealingKeys = new SecretsManagerSealingKeys(secrets, config.sealingSecret(), systemClock);
const grantsTable = config.grantsTable();

const flow = connectionsFlow({
  issuer,
  site,
  identityProviders: connectIdentityProviders(config.identityProviders(), issuer, secrets, systemClock),
  scopes: config.scopes(),
  transactionSeconds,
  accessTokenSeconds,
  transactions: new DynamoDbTransactionStore(dynamoDb, config.transactionsTable()),
  grants: new DynamoDbGrantStore(dynamoDb, grantsTable),
  grantDirectory: new DynamoDbGrantDirectory(dynamoDb, grantsTable),
  // Names as they were when a person last logged in: nobody's website is asked.
  clients: new FirstMatchDirectory({
    configured: config.configuredClients(),
    store: new DynamoDbClientStore(dynamoDb, config.clientsTable()),
  }),
  keyRings: new DynamoDbKeyRingStore(dynamoDb, config.keysTable()),
  sealingKeys,
  sessions: new JoseSessionSealer(sealingKeys, SESSION_SECONDS),
  consents: connectRemembering(dynamoDb, config.consentsTableInUse(), sealingKeys)?.consents,
  now: systemClock,
  log,
});

export const handler = endpoint(flow, { log, renderError: errorPage(site) });
