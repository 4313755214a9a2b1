import { systemClock } from '../runtime/adapters/clock.ts';
import { KeyRingCache } from '../runtime/adapters/dynamodb/key-ring-cache.ts';
import { keyRingFetch } from '../runtime/adapters/dynamodb/key-ring-fetch.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import * as config from '../runtime/settings.ts';
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
