import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbConsentStore } from '../adapters/dynamodb/consent-store.ts';
import { JosePersonSealer } from '../adapters/sealing/jose-person-sealer.ts';
import type { Remembering, SealingKeys } from '../ports/index.ts';

/** What consents are remembered with; undefined without a table, that is: where the configuration does not ask for it. */
export const connectRemembering = (
  dynamoDb: DynamoDBClient,
  tableName: string | undefined,
  sealingKeys: SealingKeys,
): Remembering | undefined =>
  tableName === undefined
    ? undefined
    : { consents: new DynamoDbConsentStore(dynamoDb, tableName), persons: new JosePersonSealer(sealingKeys) };
