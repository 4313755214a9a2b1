import * as settings from '../core/settings.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { grantStatusFetch } from '../runtime/adapters/dynamodb/grant-status-fetch.ts';
import { KeyRingCache } from '../runtime/adapters/dynamodb/key-ring-cache.ts';
import { keyRingFetch } from '../runtime/adapters/dynamodb/key-ring-fetch.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { awsService, read, readOptional } from '../runtime/settings.ts';
import { authorizerHandler } from './handler.ts';

const dynamoDb = awsService('dynamodb');
const readKeys = keyRingFetch({ ...dynamoDb, tableName: read(settings.keysTable) });

export const handler = authorizerHandler({
  issuer: read(settings.issuer),
  protectedResources: read(settings.protectedResources),
  servers: read(settings.servers),
  scopes: read(settings.scopes),
  keys: new KeyRingCache(readKeys, systemClock),
  findGrantStatus: grantStatusFetch({ ...dynamoDb, tableName: read(settings.grantsTable) }),
  now: systemClock,
  log: measuredLog(readOptional(settings.metricsStack)),
});
