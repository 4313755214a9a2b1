import { UnavailableError } from '../../../core/oauth-error.ts';
import type { CounterStore } from '../../ports/index.ts';
import { type SignedCallOptions, signedCall } from '../signed-call.ts';
import { fromRow, SCHEMA_VERSION } from './attributes.ts';

/** The request waits for the count, and continues without it. One attempt only, because a second could count twice. */
const PATIENCE = { attempts: 1, attemptTimeoutMs: 500 };

export interface CounterStoreOptions extends Omit<SignedCallOptions, keyof typeof PATIENCE> {
  readonly tableName: string;
  /** @default 500 */
  readonly attemptTimeoutMs?: number;
}

/** Stores counters in DynamoDB, one row each. One UpdateItem adds to a counter, so that parallel counting is exact. */
export const dynamoDbCounterStore = ({ tableName, ...options }: CounterStoreOptions): CounterStore => {
  const call = signedCall('dynamodb', { ...PATIENCE, ...options });
  return {
    increment: async (counterId, expiresAt) => {
      const { Attributes } = await call('UpdateItem', {
        TableName: tableName,
        Key: { counterId: { S: counterId } },
        UpdateExpression: 'SET #expiresAt = :expiresAt, #schemaVersion = :schemaVersion ADD #count :one',
        ExpressionAttributeNames: { '#expiresAt': 'expiresAt', '#schemaVersion': 'schemaVersion', '#count': 'count' },
        ExpressionAttributeValues: {
          ':expiresAt': { N: String(expiresAt) },
          ':schemaVersion': { N: String(SCHEMA_VERSION) },
          ':one': { N: '1' },
        },
        ReturnValues: 'ALL_NEW',
      });
      try {
        return fromRow<{ count: number }>(Attributes as object).count;
      } catch (error) {
        throw new UnavailableError('DynamoDB', error);
      }
    },
  };
};
