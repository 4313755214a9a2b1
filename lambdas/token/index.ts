import { setTimeout } from 'node:timers/promises';
import { resourceIdentifier } from '../core/authorization/resources.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { dynamoDbClient } from '../runtime/adapters/dynamodb/client.ts';
import { dynamoDbCounterStore } from '../runtime/adapters/dynamodb/counter-store.ts';
import { DynamoDbGrantStore } from '../runtime/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../runtime/adapters/dynamodb/key-ring-store.ts';
import { KmsAccessTokenSigner } from '../runtime/adapters/kms/access-token-signer.ts';
import { kmsClient } from '../runtime/adapters/kms/client.ts';
import { KmsTokenVault } from '../runtime/adapters/kms/token-vault.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { secretsManagerClient } from '../runtime/adapters/secrets-manager/client.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import * as config from '../runtime/settings.ts';
import { connectClientAuthentication } from '../runtime/wiring/client-authentication.ts';
import { connectIdentityProviders } from '../runtime/wiring/identity-providers.ts';
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
