import { resourceIdentifier } from '../core/authorization/resources.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../runtime/adapters/dynamodb/client-store.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { JoseRequestSealer } from '../runtime/adapters/sealing/jose-request-sealer.ts';
import { secretsManagerClient } from '../runtime/adapters/secrets-manager/client.ts';
import { SecretsManagerSealingKeys } from '../runtime/adapters/secrets-manager/sealing-keys.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { errorPage } from '../runtime/pages/message-page.ts';
import { siteOf } from '../runtime/pages/site.ts';
import * as config from '../runtime/settings.ts';
import { connectClients } from '../runtime/wiring/clients.ts';
import { connectRemembered } from '../runtime/wiring/remembered-consent.ts';
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
