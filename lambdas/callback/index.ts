import { systemClock } from '../shared/adapters/clock.ts';
import { connectRemembering } from '../shared/adapters/connect-remembering.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../shared/adapters/dynamodb/client-store.ts';
import { DynamoDbGrantDirectory } from '../shared/adapters/dynamodb/grant-directory.ts';
import { DynamoDbGrantStore } from '../shared/adapters/dynamodb/grant-store.ts';
import { DynamoDbTransactionStore } from '../shared/adapters/dynamodb/transaction-store.ts';
import { measuredLog } from '../shared/adapters/json-log.ts';
import { kmsClient } from '../shared/adapters/kms/client.ts';
import { KmsTokenVault } from '../shared/adapters/kms/token-vault.ts';
import { JoseSessionSealer } from '../shared/adapters/sealing/jose-session-sealer.ts';
import { generatedSecret } from '../shared/adapters/secrets-manager/cached-secret.ts';
import { secretsManagerClient } from '../shared/adapters/secrets-manager/client.ts';
import { SecretsManagerSealingKeys } from '../shared/adapters/secrets-manager/sealing-keys.ts';
import { connectIdentityProviders } from '../shared/adapters/upstream/identity-providers.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { errorPage } from '../shared/pages/message-page.ts';
import { siteOf } from '../shared/pages/site.ts';
import { SESSION_SECONDS } from '../shared/session.ts';
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
