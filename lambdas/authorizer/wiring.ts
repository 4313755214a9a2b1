import * as settings from '../core/settings.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { grantStatusFetch } from '../runtime/adapters/dynamodb/grant-status-fetch.ts';
import { KeyRingCache } from '../runtime/adapters/dynamodb/key-ring-cache.ts';
import { keyRingFetch } from '../runtime/adapters/dynamodb/key-ring-fetch.ts';
import { measuredLog } from '../runtime/adapters/log.ts';
import { rememberingVerifier } from '../runtime/services/verified-tokens.ts';
import { awsService, read, readOptional } from '../runtime/settings.ts';
import type { AuthorizerDeps } from './handler.ts';

/** One authorizer stands before every MCP server of the stack. */
export const authorizerDeps = (): AuthorizerDeps => {
  const dynamoDb = awsService('dynamodb');
  return {
    issuer: read(settings.issuer),
    protectedResources: read(settings.protectedResources),
    servers: read(settings.servers),
    scopes: read(settings.scopes),
    keys: new KeyRingCache(keyRingFetch({ ...dynamoDb, tableName: read(settings.keysTable) }), systemClock),
    verifySignature: rememberingVerifier(),
    findGrantStatus: grantStatusFetch({ ...dynamoDb, tableName: read(settings.grantsTable) }),
    now: systemClock,
    log: measuredLog(readOptional(settings.metricsStack)),
  };
};
