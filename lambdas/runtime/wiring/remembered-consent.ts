import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { systemClock } from '../adapters/clock.ts';
import { DynamoDbKeyRingStore } from '../adapters/dynamodb/key-ring-store.ts';
import { DynamoDbTransactionStore } from '../adapters/dynamodb/transaction-store.ts';
import type { Log, SealingKeys } from '../ports/index.ts';
import * as config from '../settings.ts';
import { connectRemembering } from './consent-memory.ts';
import { connectIdentityProviders } from './identity-providers.ts';

/** What continues a remembered consent, or undefined where none is remembered: then its tables are not even named. */
export const connectRemembered = (
  dynamoDb: DynamoDBClient,
  secrets: SecretsManagerClient,
  sealingKeys: SealingKeys,
  log: Log,
) => {
  const remembering = connectRemembering(dynamoDb, config.consentsTableInUse(), sealingKeys);
  if (remembering === undefined) return undefined;
  return {
    ...remembering,
    transactions: new DynamoDbTransactionStore(dynamoDb, config.transactionsTable()),
    transactionSeconds: config.lifetimes().transactionSeconds,
    identityProviders: connectIdentityProviders(config.identityProviders(), config.issuer(), secrets, systemClock),
    keyRings: new DynamoDbKeyRingStore(dynamoDb, config.keysTable()),
    sealingKeys,
    log,
  };
};
