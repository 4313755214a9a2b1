import type { KeyRing } from '../../../core/tokens/key-ring.ts';
import { KEY_RING_ID, keyRingOf } from './key-ring-row.ts';
import { type SignedCallOptions, signedDynamoDbCall } from './signed-call.ts';

const PATIENCE = { attempts: 2, attemptTimeoutMs: 1000 };

export interface KeyRingFetchOptions extends Omit<SignedCallOptions, keyof typeof PATIENCE> {
  readonly tableName: string;
}

/** Reads the key ring by one signed GetItem, for the authorizer. Throws UnavailableError. */
export const keyRingFetch = ({ tableName, ...options }: KeyRingFetchOptions): (() => Promise<KeyRing | undefined>) => {
  const call = signedDynamoDbCall({ ...options, ...PATIENCE });
  return async () => {
    const { Item } = await call('GetItem', {
      TableName: tableName,
      Key: { id: { S: KEY_RING_ID } },
      ConsistentRead: true,
    });
    return Item === undefined ? undefined : keyRingOf(Item as object);
  };
};
