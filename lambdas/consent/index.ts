import { systemClock } from '../shared/adapters/clock.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbTransactionStore } from '../shared/adapters/dynamodb/transaction-store.ts';
import { measuredLog } from '../shared/adapters/json-log.ts';
import { JoseRequestSealer } from '../shared/adapters/sealing/jose-request-sealer.ts';
import { secretsManagerClient } from '../shared/adapters/secrets-manager/client.ts';
import { SecretsManagerSealingKeys } from '../shared/adapters/secrets-manager/sealing-keys.ts';
import { connectIdentityProviders } from '../shared/adapters/upstream/identity-providers.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { errorPage } from '../shared/pages/message-page.ts';
import { siteOf } from '../shared/pages/site.ts';
import { consentFlow } from './handler.ts';

const log = measuredLog(config.metricsStack());
const issuer = config.issuer();
const site = siteOf(issuer, config.theme());
const { transactionSeconds } = config.lifetimes();
const secrets = secretsManagerClient();
const sealingKeys = new SecretsManagerSealingKeys(secrets, config.sealingSecret(), systemClock);

const flow = consentFlow({
  issuer,
  identityProviders: connectIdentityProviders(config.identityProviders(), issuer, secrets, systemClock),
  transactionSeconds,
  transactions: new DynamoDbTransactionStore(dynamoDbClient(), config.transactionsTable()),
  sealer: new JoseRequestSealer(sealingKeys, transactionSeconds),
  sealingKeys,
  now: systemClock,
  log,
});

export const handler = endpoint(flow, { log, renderError: errorPage(site) });
