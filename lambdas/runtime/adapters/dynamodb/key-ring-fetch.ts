import { type AuthorizerKeys, REVOKED_GRANTS_ID } from '../../../core/tokens/revoked-grants.ts';
import { type SignedCallOptions, signedCall } from '../signed-call.ts';
import { KEY_RING_ID, keyRingOf, revokedGrantsOf } from './key-ring-row.ts';

const PATIENCE = { attempts: 2, attemptTimeoutMs: 1000 };

export interface KeyRingFetchOptions extends Omit<SignedCallOptions, keyof typeof PATIENCE> {
  readonly tableName: string;
}

/** Reads the key ring and the revoked grants by two signed GetItems in parallel, for the authorizer. Throws UnavailableError. */
export const keyRingFetch = ({
  tableName,
  ...options
}: KeyRingFetchOptions): (() => Promise<AuthorizerKeys | undefined>) => {
  const call = signedCall('dynamodb', { ...options, ...PATIENCE });
  const read = async (id: string): Promise<object | undefined> => {
    const { Item } = await call('GetItem', { TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true });
    return Item as object | undefined;
  };
  return async () => {
    const [ring, revoked] = await Promise.all([read(KEY_RING_ID), read(REVOKED_GRANTS_ID)]);
    return ring && { ...keyRingOf(ring), revoked: revoked && revokedGrantsOf(revoked) };
  };
};
