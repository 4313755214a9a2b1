import { systemClock } from '../shared/adapters/clock.ts';
import { dynamoDbClient } from '../shared/adapters/dynamodb/client.ts';
import { DynamoDbClientStore } from '../shared/adapters/dynamodb/client-store.ts';
import { DynamoDbGrantStore } from '../shared/adapters/dynamodb/grant-store.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import { KmsAccessTokenSigner } from '../shared/adapters/kms/access-token-signer.ts';
import { kmsClient } from '../shared/adapters/kms/client.ts';
import * as config from '../shared/config.ts';
import { endpoint } from '../shared/http/endpoint.ts';
import { tokenEndpoint } from './handler.ts';

const log = jsonLog();
const DAY_SECONDS = 86_400;
const dynamoDb = dynamoDbClient();
const keyRings = new DynamoDbKeyRingStore(dynamoDb, config.keysTable());
const lifetimes = config.lifetimes();

export const handler = endpoint(
  tokenEndpoint({
    issuer: config.issuer(),
    accessTokenSeconds: lifetimes.accessTokenSeconds,
    refreshTokens: {
      idleSeconds: lifetimes.refreshTokenIdleDays * DAY_SECONDS,
      absoluteSeconds: lifetimes.refreshTokenAbsoluteDays * DAY_SECONDS,
      graceSeconds: lifetimes.refreshGraceSeconds,
    },
    scopes: config.scopes(),
    clients: new DynamoDbClientStore(dynamoDb, config.clientsTable()),
    grants: new DynamoDbGrantStore(dynamoDb, config.grantsTable()),
    keyRings,
    signer: new KmsAccessTokenSigner(kmsClient(), keyRings),
    now: systemClock,
    log,
  }),
  { log, cors: true },
);
