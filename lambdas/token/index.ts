import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../shared/adapters/clock.ts';
import { connectClientAuthentication } from '../shared/adapters/connect-client-authentication.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { dynamoDbCounterStore } from '../shared/adapters/dynamodb/counter-store.ts';
import { DynamoDbGrantStore } from '../shared/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { measuredLog } from '../shared/adapters/json-log.ts';
import { KmsAccessTokenSigner } from '../shared/adapters/kms/access-token-signer.ts';
import { kmsClient } from '../shared/adapters/kms/client.ts';
import { KmsTokenVault } from '../shared/adapters/kms/token-vault.ts';
import { secretsManagerClient } from '../shared/adapters/secrets-manager/client.ts';
import { connectIdentityProviders } from '../shared/adapters/upstream/identity-providers.ts';
import * as config from '../shared/config.ts';
import { resourceIdentifier } from '../shared/core/resources.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { tokenEndpoint } from './handler.ts';

const log = measuredLog(config.metricsStack());
const access = config.access();
const DAY_SECONDS = 86_400;
const dynamoDb = dynamoDbClient();
const kms = kmsClient();
const keyRings = new DynamoDbKeyRingStore(dynamoDb, config.keysTable());
const lifetimes = config.lifetimes();
const issuer = config.issuer();
const clientAuthentication = connectClientAuthentication({
  issuer,
  dynamoDb,
  clientsTable: config.clientsTable(),
  assertionsTable: config.assertionsTable(),
  counters: dynamoDbCounterStore({ ...config.awsRuntime(), tableName: config.countersTable() }),
  configured: config.configuredClients(),
  documents: config.clientDocuments(),
  isLocalRun: config.isLocalRun(issuer),
  now: systemClock,
  log,
});

export const handler = endpoint(
  tokenEndpoint({
    issuer,
    accessTokenSeconds: lifetimes.accessTokenSeconds,
    refreshTokens: {
      idleSeconds: lifetimes.refreshTokenIdleDays * DAY_SECONDS,
      absoluteSeconds: lifetimes.refreshTokenAbsoluteDays * DAY_SECONDS,
      graceSeconds: lifetimes.refreshGraceSeconds,
    },
    scopes: config.scopes(),
    access,
    identityProviderKinds: new Map(Object.entries(config.identityProviderKinds())),
    resources: Object.keys(config.servers()).map((path) => resourceIdentifier(issuer, path)),
    ...clientAuthentication,
    grants: new DynamoDbGrantStore(dynamoDb, config.grantsTable()),
    keptProviders: connectIdentityProviders(
      config.identityProviders(),
      issuer,
      secretsManagerClient(),
      systemClock,
      access,
    ),
    tokenVault: new KmsTokenVault(kms, config.tokenVault().keyArn),
    recheckSeconds: lifetimes.recheckSeconds,
    recheckOutageSeconds: lifetimes.recheckOutageSeconds,
    keyRings,
    signer: new KmsAccessTokenSigner(kms, keyRings),
    sleep: setTimeout,
    now: systemClock,
    log,
  }),
  { log, cors: true },
);
