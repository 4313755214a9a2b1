import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbTransactionStore } from '../runtime/adapters/dynamodb/transaction-store.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { JoseRequestSealer } from '../runtime/adapters/sealing/jose-request-sealer.ts';
import { secretsManagerClient } from '../runtime/adapters/secrets-manager/client.ts';
import { SecretsManagerSealingKeys } from '../runtime/adapters/secrets-manager/sealing-keys.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { errorPage } from '../runtime/pages/message-page.ts';
import { siteOf } from '../runtime/pages/site.ts';
import * as config from '../runtime/settings.ts';
import { connectIdentityProviders } from '../runtime/wiring/identity-providers.ts';
import { consentHandler } from './handler.ts';

const log = measuredLog(config.metricsStack());
const issuer = config.issuer();
const site = siteOf(issuer, config.theme());
const { transactionSeconds } = config.lifetimes();
const secrets = secretsManagerClient();
const sealingKeys = new SecretsManagerSealingKeys(secrets, config.sealingSecret(), systemClock);

const consent = consentHandler({
  issuer,
  identityProviders: connectIdentityProviders(config.identityProviders(), issuer, secrets, systemClock),
  transactionSeconds,
  transactions: new DynamoDbTransactionStore(dynamoDbClient(), config.transactionsTable()),
  sealer: new JoseRequestSealer(sealingKeys, transactionSeconds),
  sealingKeys,
  now: systemClock,
  log,
});

export const handler = endpoint(consent, { log, renderError: errorPage(site) });
