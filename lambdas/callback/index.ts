import { SESSION_SECONDS } from '../core/grants/connections-session.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../runtime/adapters/dynamodb/client-store.ts';
import { DynamoDbGrantDirectory } from '../runtime/adapters/dynamodb/grant-directory.ts';
import { DynamoDbGrantStore } from '../runtime/adapters/dynamodb/grant-store.ts';
import { DynamoDbTransactionStore } from '../runtime/adapters/dynamodb/transaction-store.ts';
import { kmsClient } from '../runtime/adapters/kms/client.ts';
import { KmsTokenVault } from '../runtime/adapters/kms/token-vault.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { JoseSessionSealer } from '../runtime/adapters/sealing/jose-session-sealer.ts';
import { generatedSecret } from '../runtime/adapters/secrets-manager/cached-secret.ts';
import { secretsManagerClient } from '../runtime/adapters/secrets-manager/client.ts';
import { SecretsManagerSealingKeys } from '../runtime/adapters/secrets-manager/sealing-keys.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { errorPage } from '../runtime/pages/message-page.ts';
import { siteOf } from '../runtime/pages/site.ts';
import * as config from '../runtime/settings.ts';
import { connectRemembering } from '../runtime/wiring/consent-memory.ts';
import { connectIdentityProviders } from '../runtime/wiring/identity-providers.ts';
import { callbackFlow } from './handler.ts';

const log = measuredLog(config.metricsStack());
const issuer = config.issuer();
const site = siteOf(issuer, config.theme());
const { authorizationCodeSeconds, refreshTokenAbsoluteDays } = config.lifetimes();
const access = config.access();
const dynamoDb = dynamoDbClient();
const secrets = secretsManagerClient();
const sealingKeys = new SecretsManagerSealingKeys(secrets, config.sealingSecret(), systemClock);

const flow = callbackFlow({
  issuer,
  site,
  identityProviders: connectIdentityProviders(config.identityProviders(), issuer, secrets, systemClock, access),
  access,
  authorizationCodeSeconds,
  refreshTokenAbsoluteDays,
  clients: new DynamoDbClientStore(dynamoDb, config.clientsTable()),
  transactions: new DynamoDbTransactionStore(dynamoDb, config.transactionsTable()),
  grants: new DynamoDbGrantStore(dynamoDb, config.grantsTable()),
  grantDirectory: new DynamoDbGrantDirectory(dynamoDb, config.grantsTable()),
  sealingKeys,
  sessions: new JoseSessionSealer(sealingKeys, SESSION_SECONDS),
  remembering: connectRemembering(dynamoDb, config.consentsTableInUse(), sealingKeys),
  subjectSecret: generatedSecret(secrets, config.subjectSecret(), systemClock),
  tokenVault: new KmsTokenVault(kmsClient(), config.tokenVault().keyArn),
  now: systemClock,
  log,
});

export const handler = endpoint(flow, { log, renderError: errorPage(site) });
