import * as settings from '../../core/settings.ts';
import { dynamoDbClient } from '../adapters/dynamodb/client.ts';
import { DynamoDbConsentStore } from '../adapters/dynamodb/consent-store.ts';
import { JoseRememberedBrowserSealer } from '../adapters/sealing/jose-remembered-browser-sealer.ts';
import type { Remembering, SealingKeys } from '../ports/index.ts';
import { readOptional } from '../settings.ts';

/** Remembered consents, or undefined when the configuration does not remember them. */
export const connectRemembering = (sealingKeys: SealingKeys): Remembering | undefined => {
  const tableName = readOptional(settings.consentsTable);
  if (tableName === undefined) return undefined;
  return {
    consents: new DynamoDbConsentStore(dynamoDbClient(), tableName),
    persons: new JoseRememberedBrowserSealer(sealingKeys),
  };
};
