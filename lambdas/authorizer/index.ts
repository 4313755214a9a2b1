import { systemClock } from '../shared/adapters/clock.ts';
import { KeyRingCache } from '../shared/adapters/dynamodb/key-ring-cache.ts';
import { keyRingFetch } from '../shared/adapters/dynamodb/key-ring-fetch.ts';
import { measuredLog } from '../shared/adapters/json-log.ts';
import * as config from '../shared/config.ts';
import { authorizer } from './handler.ts';

const log = measuredLog(config.metricsStack());
const readKeyRing = keyRingFetch({ ...config.awsRuntime(), tableName: config.keysTable() });

export const handler = authorizer({
  issuer: config.issuer(),
  protectedResources: config.protectedResources(),
  servers: config.servers(),
  scopes: config.scopes(),
  keys: new KeyRingCache(readKeyRing, systemClock),
  now: systemClock,
  log,
});
