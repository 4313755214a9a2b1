import { SESSION_SECONDS } from '../core/grants/connections-session.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../runtime/adapters/dynamodb/client-store.ts';
import { DynamoDbGrantDirectory } from '../runtime/adapters/dynamodb/grant-directory.ts';
import { DynamoDbGrantStore } from '../runtime/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../runtime/adapters/dynamodb/key-ring-store.ts';
import { DynamoDbTransactionStore } from '../runtime/adapters/dynamodb/transaction-store.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { JoseSessionSealer } from '../runtime/adapters/sealing/jose-session-sealer.ts';
import { secretsManagerClient } from '../runtime/adapters/secrets-manager/client.ts';
import { SecretsManagerSealingKeys } from '../runtime/adapters/secrets-manager/sealing-keys.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { errorPage } from '../runtime/pages/message-page.ts';
import { siteOf } from '../runtime/pages/site.ts';
import { LayeredClientResolver } from '../runtime/services/client-resolver.ts';
import * as config from '../runtime/settings.ts';
import { connectRemembering } from '../runtime/wiring/consent-memory.ts';
import { connectIdentityProviders } from '../runtime/wiring/identity-providers.ts';
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
  clients: new LayeredClientResolver({
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
