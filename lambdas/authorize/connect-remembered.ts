import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { systemClock } from '../shared/adapters/clock.ts';
import { connectRemembering } from '../shared/adapters/connect-remembering.ts';
import { DynamoDbKeyRingStore } from '../shared/adapters/dynamodb/key-ring-store.ts';
import { DynamoDbTransactionStore } from '../shared/adapters/dynamodb/transaction-store.ts';
import { connectIdentityProviders } from '../shared/adapters/upstream/identity-providers.ts';
import * as config from '../shared/config.ts';
import type { Log, SealingKeys } from '../shared/ports.ts';
import type { RememberedDeps } from './remembered.ts';

/** What continues a remembered consent, or undefined where none is remembered: then its tables are not even named. */
export const connectRemembered = (
  dynamoDb: DynamoDBClient,
  secrets: SecretsManagerClient,
  sealingKeys: SealingKeys,
  log: Log,
): RememberedDeps | undefined => {
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
