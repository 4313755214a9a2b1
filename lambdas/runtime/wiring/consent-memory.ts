import * as settings from '../../core/settings.ts';
import { dynamoDbClient } from '../adapters/aws-clients.ts';
import { DynamoDbConsentStore } from '../adapters/dynamodb/consent-store.ts';
import { rememberedBrowserSealer } from '../adapters/sealing/sealers.ts';
import type { Log, SealingKeys } from '../ports/index.ts';
import { ConsentMemory } from '../services/consent-memory.ts';
import { readOptional } from '../settings.ts';

/** The memory of consents, or undefined when the configuration does not remember them. */
export const connectConsentMemory = (sealingKeys: SealingKeys, log: Log): ConsentMemory | undefined => {
  const tableName = readOptional(settings.consentsTable);
  if (tableName === undefined) return undefined;
  return new ConsentMemory({
    consents: new DynamoDbConsentStore(dynamoDbClient(), tableName),
    browsers: rememberedBrowserSealer(sealingKeys),
    log,
  });
};
