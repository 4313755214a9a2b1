import { systemClock } from '../shared/adapters/clock.ts';
import { connectClients } from '../shared/adapters/connect-clients.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../shared/adapters/dynamodb/client-store.ts';
import { measuredLog } from '../shared/adapters/json-log.ts';
import { JoseRequestSealer } from '../shared/adapters/sealing/jose-request-sealer.ts';
import { secretsManagerClient } from '../shared/adapters/secrets-manager/client.ts';
import { SecretsManagerSealingKeys } from '../shared/adapters/secrets-manager/sealing-keys.ts';
import * as config from '../shared/config.ts';
import { resourceIdentifier } from '../shared/core/resources.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { errorPage } from '../shared/pages/message-page.ts';
import { siteOf } from '../shared/pages/site.ts';
import { connectRemembered } from './connect-remembered.ts';
import { authorizeFlow } from './handler.ts';

const log = measuredLog(config.metricsStack());
const issuer = config.issuer();
const site = siteOf(issuer, config.theme());
const { transactionSeconds } = config.lifetimes();
const dynamoDb = dynamoDbClient();
const secrets = secretsManagerClient();
const sealingKeys = new SecretsManagerSealingKeys(secrets, config.sealingSecret(), systemClock);

const clients = connectClients({
  configured: config.configuredClients(),
  store: new DynamoDbClientStore(dynamoDb, config.clientsTable()),
  documents: config.clientDocuments(),
  isLocalRun: config.isLocalRun(issuer),
  now: systemClock,
  log,
});

const flow = authorizeFlow({
  issuer,
  site,
  policy: {
    resources: Object.entries(config.servers()).map(([path, { requiredScopes }]) => ({
      resource: resourceIdentifier(issuer, path),
      requiredScopes,
    })),
    scopes: config.scopes(),
  },
  identityProviders: Object.entries(config.identityProviders()).map(([id, { displayName = id }]) => ({
    id,
    displayName,
  })),
  transactionSeconds,
  clients: clients.directory,
  sealer: new JoseRequestSealer(sealingKeys, transactionSeconds),
  remembered: connectRemembered(dynamoDb, secrets, sealingKeys, log),
  now: systemClock,
  log,
});

export const handler = endpoint(flow, { log, renderError: errorPage(site) });
