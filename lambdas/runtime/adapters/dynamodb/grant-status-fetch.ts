import { GRANT_STATUS_ATTRIBUTES, type Grant } from '../../../core/grants/grant.ts';
import { UnavailableError } from '../../../core/oauth-error.ts';
import { type SignedCallOptions, signedCall } from '../signed-call.ts';
import { fromRow } from './attributes.ts';

/** Less than for the key ring, because a request waits for it. */
const PATIENCE = { attempts: 2, attemptTimeoutMs: 500 };

export interface GrantStatusFetchOptions extends Omit<SignedCallOptions, keyof typeof PATIENCE> {
  readonly tableName: string;
}

/** Names the attributes, because the role may read no others. Placeholders avoid DynamoDB's reserved words. */
const PROJECTION = {
  ProjectionExpression: GRANT_STATUS_ATTRIBUTES.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(GRANT_STATUS_ATTRIBUTES.map((name) => [`#${name}`, name])),
};

/**
 * Reads whether a grant was revoked by one signed GetItem, for the authorizer.
 *
 * @returns a function that takes the grant id, and returns undefined when there is no such grant. It throws
 *   UnavailableError
 */
export const grantStatusFetch = ({
  tableName,
  ...options
}: GrantStatusFetchOptions): ((grantId: string) => Promise<Grant['status'] | undefined>) => {
  const call = signedCall('dynamodb', { ...options, ...PATIENCE });
  return async (grantId) => {
    const { Item } = await call('GetItem', {
      TableName: tableName,
      Key: { grantId: { S: grantId } },
      ConsistentRead: true,
      ...PROJECTION,
    });
    if (Item === undefined) return undefined;
    try {
      return fromRow<Pick<Grant, 'status'>>(Item as object).status;
    } catch (error) {
      throw new UnavailableError('DynamoDB', error);
    }
  };
};
